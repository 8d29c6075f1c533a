"""Which commands have been accepted before, so that a repetition gets the first answer (decision D11)."""

from dataclasses import dataclass, field
from typing import NamedTuple

WINDOW = 1_000_000
"""How many accepted commands are remembered: days of a busy market, about 150 bytes each. An older command id that
comes again is decided as new, and then meets the rules themselves (a key is spent, a generation is spent)."""


class Done(NamedTuple):
    """An accepted command: its entry, and what it had said."""

    sequence: int
    command_hash: str


@dataclass(slots=True)
class CommandIndex:
    """Accepted commands by id, oldest first; rebuilt from the log."""

    window: int = WINDOW
    _done: dict[bytes, tuple[int, bytes]] = field(default_factory=dict[bytes, tuple[int, bytes]])

    def find(self, command_id: str) -> Done | None:
        """The acceptance of this command id within the window."""
        found = self._done.get(bytes.fromhex(command_id))
        return None if found is None else Done(found[0], found[1].hex())

    def remember(self, command_id: str, sequence: int, command_hash: str) -> None:
        """Add the newest acceptance; the oldest beyond the window is forgotten."""
        if not self.window:
            return
        self._done[bytes.fromhex(command_id)] = (sequence, bytes.fromhex(command_hash))
        if len(self._done) > self.window:
            del self._done[next(iter(self._done))]
