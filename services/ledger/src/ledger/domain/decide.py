"""Say yes with one event, or no with a reason. Each family of commands has its rules in a module of its own."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands import (
    AddDevice,
    AllocateLicenses,
    Command,
    CreateProject,
    FoundLedger,
    IssueActivationKey,
    RecordLicenseFileDelivery,
    RedeemActivationKey,
    RegisterCompany,
    ReturnLicenses,
)
from ledger.domain import companies, devices, keys, returns
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: Command, actor: Actor, *, now: datetime) -> Decision:  # noqa: ARG001
    """The ledger's answer to a command, from its state and the time alone; the time is aware UTC."""
    if ledger.vendor is None and not isinstance(command, FoundLedger):
        return Rejection("ledger_not_founded")
    match command:
        case AllocateLicenses() | RecordLicenseFileDelivery() | AddDevice():
            return devices.decide(ledger, command, actor)
        case ReturnLicenses():
            return returns.decide(ledger, command, actor)
        case RedeemActivationKey() | IssueActivationKey():
            return keys.decide(ledger, command, actor)
        case CreateProject() | RegisterCompany() | FoundLedger():
            return companies.decide(ledger, command, actor)
        case _:
            assert_never(command)
