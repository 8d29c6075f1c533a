"""An entry that changed a device, proven, and where it stands in the log."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contracts.entries import Entry
from contracts.events import Event, LicensesReturned
from contracts.licenses import DeviceLicenses


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A proven return: the event, and the key for which the next generation's certificate is made."""

    event: LicensesReturned
    device_key: EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Change:
    """What a license file is made of: entry, its bytes, the device after it, and the proof that it is in the log.

    `path` proves the entry as the last leaf of the tree of exactly `entry.sequence` leaves, whose root is `root`.
    """

    entry: Entry[Event]
    value: bytes
    device: DeviceLicenses
    path: tuple[bytes, ...]
    root: bytes
    given_back: GivenBack | None

    @property
    def sequence(self) -> int:
        return self.entry.sequence
