"""An entry that changed devices, proven, and where it stands in the log."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.events import Event
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import Entry

SpentByDocument = LicensesReturned | DeviceRecommissioned
"""Events of which a document of the device is the proof, and which bring the certificate of its next generation."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A proven document: the event, and the key for which the next generation's certificate is made."""

    event: SpentByDocument
    device_key: EllipticCurvePublicKey

    @property
    def credited(self) -> tuple[Lot, ...]:
        """A device that was replaced has nothing to give back."""
        return self.event.lots if isinstance(self.event, LicensesReturned) else ()


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
