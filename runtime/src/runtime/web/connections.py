"""The connections of a server: no address takes the places of all others, and idle ones go first."""

from collections.abc import Iterable
from typing import Protocol

MOST_OF_ADDRESS = 1000
"""Twice the requests that a process works on: an ingress, whose address stands for everybody, needs no more."""


class Connection(Protocol):
    """What the places are given to."""

    @property
    def is_idle(self) -> bool:
        """Whether no request of it is being worked on."""
        ...

    def drop(self) -> None:
        """Close it without a word."""
        ...


class Connections:
    """The open connections by address, each address's oldest first."""

    def __init__(self, most_of_address: int = MOST_OF_ADDRESS) -> None:
        self._most_of_address = most_of_address
        self._open: dict[str, dict[Connection, None]] = {}
        self._count = 0

    def add(self, connection: Connection, address: str, *, most: int) -> bool:
        """Whether there is a place for it; an idle connection of the same or the busiest address makes room."""
        own = self._open.setdefault(address, {})
        own[connection] = None
        self._count += 1
        if len(own) > self._most_of_address:
            return self._drop_idle(own, address, but=connection)
        if self._count > most:
            busiest = max(self._open, key=lambda one: len(self._open[one]))
            return self._drop_idle(self._open[busiest], busiest, but=connection)
        return True

    def remove(self, connection: Connection, address: str) -> None:
        """It is closed, or dropped."""
        own = self._open.get(address, {})
        if connection not in own:
            return
        del own[connection]
        self._count -= 1
        if not own:
            del self._open[address]

    def _drop_idle(self, connections: Iterable[Connection], address: str, *, but: Connection) -> bool:
        oldest = next((one for one in connections if one is not but and one.is_idle), None)
        if oldest is None:
            return False
        self.remove(oldest, address)
        oldest.drop()
        return True
