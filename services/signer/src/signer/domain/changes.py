"""An entry that changed devices, proven, and where it stands in the log."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.events import Event
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.licenses import DeviceLicenses
from contracts.log.entries import Entry


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A proven return: the event, and the key for which the next generation's certificate is made."""

    event: LicensesReturned
    device_key: EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Change:
    """What license files are made of: entry, its bytes, the devices after it, and the proof that it is in the log.

    `path` proves the entry as the last leaf of the tree of exactly `entry.sequence` leaves, whose root is `root`.
    """

    entry: Entry[Event]
    value: bytes
    devices: tuple[DeviceLicenses, ...]
    path: tuple[bytes, ...]
    root: bytes
    given_back: GivenBack | None

    @property
    def sequence(self) -> int:
        return self.entry.sequence

    def replacement_of(self, serial: str) -> str | None:
        """The device that stands in the place of this one from here on."""
        match self.entry.data:
            case DeviceReplaced(former=former, device=device) if former.serial == serial:
                return device.serial
            case _:
                return None
