"""The laws of accounts, which writer and projector hold every entry against; the signer states its own.

Units of an event sum to zero per license type, no account but issuance goes below zero, and a device is stated with
exactly what its account holds.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Protocol, get_args

from contracts.accounts import UNHELD, device_account
from contracts.events import Event
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.postings import Posting, imbalance, postings
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
    """Raises UnlawfulEntryError if the event overdraws an account or states a device wrongly.

    Whether it balances is not asked here: `postings` moves nothing that does not come from somewhere.
    """
    after: dict[str, dict[str, int]] = {}
    for move in postings(event):
        if move.account not in UNHELD:
            if move.account not in after:
                after[move.account] = dict(held(move.account))
            post(after[move.account], move)
    for device in stated(event):
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


def stated(event: Event) -> tuple[DeviceLicenses, ...]:
    """The devices that an event states, each with all that it has."""
    names = _stating(type(event))
    return tuple(device for name in names if (device := getattr(event, name)) is not None) if names else ()


@cache
def _stating(kind: type[Event]) -> tuple[str, ...]:
    """The fields of a type of event that state a device."""
    fields = kind.model_fields
    said = {name: fields[name].annotation for name in fields}
    return tuple(name for name, kind in said.items() if DeviceLicenses in (kind, *get_args(kind)))
