"""What the use cases need from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.actors import Actor
from contracts.commands import Command
from contracts.outcomes import Accepted, Rejected
from device_sync.domain.devices import FileHead


@dataclass(frozen=True, slots=True)
class LicenseFileRow:
    """A verified license file; of one ledger and device the newest sequence wins.

    `replaced_by` makes it the last one of its device, which no certificate gets.
    """

    serial: str
    ledger: int
    sequence: int
    generation: int
    issue: int
    sha256: str
    document: bytes
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A verified return receipt; `generation` is the one that was given back."""

    serial: str
    ledger: int
    sequence: int
    generation: int
    digest: str
    document: bytes


Row = LicenseFileRow | ReceiptRow
Positions = Mapping[tuple[str, int], int]
"""By topic and partition: the offset at which reading goes on."""


class Store(Protocol):
    """License files and receipts, kept so that a device is answered without asking anybody.

    A cache: `clear` loses nothing that the topics would not bring back, but what was remembered of deliveries
    and spent generations, which the ledger knows, too.
    """

    def head(self, serial: str) -> FileHead | None:
        """The newest license file of this device in the first of the served ledgers that has one."""
        ...

    def document(self, serial: str, sha256: str) -> bytes | None: ...
    def receipt(self, ledger: int, serial: str, generation: int) -> ReceiptRow | None: ...
    def remember_delivery(self, serial: str, sha256: str) -> None: ...
    def remember_spent(self, ledger: int, serial: str, generation: int) -> None: ...
    def positions(self) -> Positions: ...
    def take(self, rows: Sequence[Row], positions: Positions) -> None:
        """Rows and positions at once or not at all; an older sequence never replaces a newer one."""
        ...

    def clear(self) -> None: ...
    async def changed(self, timeout_seconds: float) -> None:
        """Returns after the next `take`, or when the time is over."""
        ...


class Ledger(Protocol):
    """The ledger's writer, by way of commands."""

    async def ask(
        self, command: Command, *, ledger: int, command_id: str, actor: Actor, correlation_id: str
    ) -> Accepted | Rejected:
        """What became of the command; raises Trouble."""
        ...
