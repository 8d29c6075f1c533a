"""The laws of accounts, which writer and projector hold every entry against; the signer states its own.

Units of an event sum to zero per license type, no account but issuance goes below zero, and a device is stated with
exactly what its account holds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from contracts.events import Event
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.postings import UNHELD, Posting, device_account, imbalance, postings
from contracts.log.stop import UnlawfulEntryError

Holdings = Callable[[str], Mapping[str, int]]
"""What an account holds before the event, by license type."""


class StatedDevice(Protocol):
    """A device with all that it has."""

    @property
    def serial(self) -> str: ...
    @property
    def licenses(self) -> tuple[Lot, ...]: ...


def require_lawful(event: Event, held: Holdings) -> None:
    """Raises UnlawfulEntryError if the event breaks a law of accounts."""
    moves = postings(event)
    devices = tuple(stated(event))
    if not moves and not devices:
        return
    require_balanced(moves)
    after: dict[str, dict[str, int]] = {}
    for move in moves:
        if move.account not in UNHELD:
            post(after.setdefault(move.account, dict(held(move.account))), move)
    for device in devices:
        account = device_account(device.serial)
        require_stated(device, after[account] if account in after else held(account))


def require_balanced(moves: Sequence[Posting]) -> None:
    """Raises UnlawfulEntryError if the postings make or lose licenses."""
    for license_type, units in imbalance(moves).items():
        raise UnlawfulEntryError("postings_unbalanced", f"it makes {units} {license_type} out of nothing")


def post(held: dict[str, int], move: Posting) -> int:
    """Change what an account holds; returns the units after it. Raises UnlawfulEntryError below zero."""
    units = held.get(move.license_type, 0) + move.units
    if units < 0:
        raise UnlawfulEntryError("account_negative", f"{move.account} would hold {units} {move.license_type}")
    held[move.license_type] = units
    return units


def require_stated(device: StatedDevice, held: Mapping[str, int]) -> None:
    """Raises UnlawfulEntryError if the device is stated with anything but what its account holds."""
    stated = {lot.license_type: lot.count for lot in device.licenses}
    posted = {name: units for name, units in held.items() if units}
    if stated != posted:
        raise UnlawfulEntryError(
            "device_licenses_wrong", f"{device.serial} is stated with {stated}, but its account holds {posted}"
        )


def stated(event: Event) -> Iterator[DeviceLicenses]:
    """The devices that an event states, each with all that it has."""
    for name in _FIELDS:
        device: object = getattr(event, name, None)
        if isinstance(device, DeviceLicenses):
            yield device


_FIELDS = ("device", "former")
