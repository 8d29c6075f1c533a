"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime
from typing import assert_never

from contracts.events import (
    ActivationKeyIssued,
    ActivationKeyRedeemed,
    CompanyRegistered,
    DeviceAdded,
    Event,
    LedgerFounded,
    LicenseFileDelivered,
    LicensesAllocated,
    LicensesReturned,
    ProjectCreated,
)
from ledger.domain import companies, devices, keys, returns
from ledger.domain.state import Ledger


def evolve(ledger: Ledger, event: Event, *, at: datetime) -> Ledger:  # noqa: ARG001
    """The ledger after its next event, which happened at `at`; its families see it at the event's own sequence."""
    ledger = ledger._replace(sequence=ledger.sequence + 1)
    match event:
        case LicensesAllocated() | LicenseFileDelivered() | DeviceAdded():
            return devices.evolve(ledger, event)
        case LicensesReturned():
            return returns.evolve(ledger, event)
        case ActivationKeyIssued() | ActivationKeyRedeemed():
            return keys.evolve(ledger, event)
        case ProjectCreated() | CompanyRegistered() | LedgerFounded():
            return companies.evolve(ledger, event)
        case _:
            assert_never(event)
