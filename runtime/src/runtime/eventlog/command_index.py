"""Which commands have been accepted before, so that a repetition gets the first answer (decision D11)."""

from dataclasses import dataclass, field
from typing import NamedTuple

WINDOW = 1_000_000
"""How many accepted commands are remembered where a log says nothing else: days of a busy market, about 200 bytes
each. An older command id that comes again is decided as new, and then meets the rules themselves (a key is spent, a
generation is spent)."""
HASH_BITS = 256


class Done(NamedTuple):
    """An accepted command: its entry, and what it had said."""

    sequence: int
    command_hash: str


@dataclass(slots=True)
class CommandIndex:
    """Accepted commands by id, oldest first; rebuilt from the log.

    Each is two numbers, as nothing else in Python takes less: its id, and its entry before the bits of its hash.
    """

    window: int = WINDOW
    _done: dict[int, int] = field(default_factory=dict[int, int])

    def find(self, command_id: str) -> Done | None:
        """The acceptance of this command id within the window."""
        found = self._done.get(int(command_id, 16))
        return None if found is None else Done(found >> HASH_BITS, f"{found % (1 << HASH_BITS):064x}")

    def remember(self, command_id: str, sequence: int, command_hash: str) -> None:
        """Add the newest acceptance; the oldest beyond the window is forgotten."""
        if not self.window:
            return
        self._done[int(command_id, 16)] = (sequence << HASH_BITS) + int(command_hash, 16)
        if len(self._done) > self.window:
            del self._done[next(iter(self._done))]
