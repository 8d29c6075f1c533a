"""Double entry: what each event moves between accounts. Units of an event sum to zero per license type.

Accounts are `issuance`, `project/<id>`, `held/<project>`, `device/<serial>` and `retired`; only `issuance` may be
negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.corrections import CorrectionApplied
from contracts.events.device_moves import DeviceMoved
from contracts.events.devices import LicensesAllocated
from contracts.events.legacy import LegacyLicensesConverted
from contracts.events.projects import LicensesDeallocated, LicensesMoved
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.software_service import HeldLicensesReleased, LicensesUpgraded, SoftwareServiceBought
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import Lot
from contracts.software_service import Coverage

ISSUANCE = "issuance"
RETIRED = "retired"
UNHELD = frozenset({ISSUANCE, RETIRED})
"""Accounts that nobody holds: where licenses come from, and where what is used up goes."""


@dataclass(frozen=True, slots=True)
class Posting:
    """So many units of a license type into an account, or out of it when negative."""

    account: str
    license_type: str
    units: int


def project_account(project: str) -> str:
    """The account that is a project's free balance."""
    return f"project/{project}"


def held_account(project: str) -> str:
    """The account of licenses that came to a project and wait until its software service is paid for them."""
    return f"held/{project}"


def device_account(serial: str) -> str:
    """The account that is what stands on a device."""
    return f"device/{serial}"


def postings(event: Event) -> tuple[Posting, ...]:
    """All that an event moves; empty for events that move nothing."""
    match event:
        case ActivationKeyRedeemed():
            return _move(event.lots, ISSUANCE, project_account(event.project)) + _covered(event.project, event.coverage)
        case LicensesAllocated():
            device = event.device
            return _move(event.lots, project_account(device.project), device_account(device.serial))
        case LicensesMoved():
            source = held_account(event.source) if event.held else project_account(event.source)
            return _move(event.lots, source, project_account(event.target)) + _covered(event.target, event.coverage)
        case LicensesReturned() | LicensesDeallocated():
            device = event.device
            return _move(event.lots, device_account(device.serial), project_account(device.project))
        case SoftwareServiceBought() | HeldLicensesReleased():
            project = project_account(event.project)
            return _move(event.lots, project, RETIRED) + _move(event.released, held_account(event.project), project)
        case LicensesUpgraded():
            account = device_account(event.device.serial) if event.device else project_account(event.project)
            return _move(event.given_up, account, RETIRED) + _move(event.lots, ISSUANCE, account)
        case WarrantyExtended():
            return _move(event.lots, project_account(event.project), RETIRED)
        case CorrectionApplied():
            return _move(event.lots, event.source, event.target)
        case LegacyLicensesConverted():
            return _move(event.lots, ISSUANCE, project_account(event.project)) + _covered(event.project, event.coverage)
        case DeviceReplaced():
            return _move(event.lots, device_account(event.former.serial), device_account(event.device.serial))
        case DeviceMoved():
            return _covered(event.device.project, event.coverage)
        case _:
            return ()


def imbalance(moves: Iterable[Posting]) -> dict[str, int]:
    """The units of each license type that postings make, or lose when negative; empty if they balance, as they must."""
    sums: dict[str, int] = {}
    for move in moves:
        sums[move.license_type] = sums.get(move.license_type, 0) + move.units
    return {license_type: units for license_type, units in sums.items() if units}


def _covered(project: str, coverage: Coverage | None) -> tuple[Posting, ...]:
    if coverage is None:
        return ()
    account = project_account(project)
    return _move(coverage.charged, account, RETIRED) + _move(coverage.held, account, held_account(project))


def _move(lots: Iterable[Lot], source: str, target: str) -> tuple[Posting, ...]:
    return tuple(
        posting
        for lot in lots
        for posting in (
            Posting(source, lot.license_type, -lot.count),
            Posting(target, lot.license_type, lot.count),
        )
    )
