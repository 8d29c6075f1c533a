"""Double entry: what each event moves between accounts. Units of an event sum to zero per license type.

Accounts are `issuance`, `project/<id>`, `device/<serial>` and `retired`; only `issuance` may be negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.events import (
    ActivationKeyRedeemed,
    Event,
    LicensesAllocated,
    LicensesDeallocated,
    LicensesMoved,
    LicensesReturned,
)
from contracts.licenses import Lot

ISSUANCE = "issuance"


@dataclass(frozen=True, slots=True)
class Posting:
    """So many units of a license type into an account, or out of it when negative."""

    account: str
    license_type: str
    units: int


def project_account(project: str) -> str:
    """The account that is a project's free balance."""
    return f"project/{project}"


def device_account(serial: str) -> str:
    """The account that is what stands on a device."""
    return f"device/{serial}"


def postings(event: Event) -> tuple[Posting, ...]:
    """All that an event moves; empty for events that move nothing."""
    match event:
        case ActivationKeyRedeemed():
            return _move(event.lots, ISSUANCE, project_account(event.project))
        case LicensesAllocated():
            device = event.device
            return _move(event.lots, project_account(device.project), device_account(device.serial))
        case LicensesMoved():
            return _move(event.lots, project_account(event.source), project_account(event.target))
        case LicensesReturned() | LicensesDeallocated():
            device = event.device
            return _move(event.lots, device_account(device.serial), project_account(device.project))
        case _:
            return ()


def _move(lots: Iterable[Lot], source: str, target: str) -> tuple[Posting, ...]:
    return tuple(
        posting
        for lot in lots
        for posting in (
            Posting(source, lot.license_type, -lot.count),
            Posting(target, lot.license_type, lot.count),
        )
    )
