"""Say yes with one event, or no with a reason."""

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


def decide(ledger: Ledger, command: Command, actor: Actor) -> Decision:
    """The ledger's answer to a command, from its state alone.

    No rule of today needs the hour; the first one that does takes it as an argument.
    """
    if ledger.vendor is None and not isinstance(command, FoundLedger):
        return Rejection("ledger_not_founded")
    match command:
        case AllocateLicenses():
            return devices.allocate_licenses(ledger, command, actor)
        case RecordLicenseFileDelivery():
            return devices.record_delivery(ledger, command, actor)
        case ReturnLicenses():
            return returns.return_licenses(ledger, command, actor)
        case RedeemActivationKey():
            return keys.redeem_activation_key(ledger, command, actor)
        case IssueActivationKey():
            return keys.issue_activation_key(ledger, command, actor)
        case AddDevice():
            return devices.add_device(ledger, command, actor)
        case CreateProject():
            return companies.create_project(ledger, command, actor)
        case RegisterCompany():
            return companies.register_company(ledger, command, actor)
        case FoundLedger():
            return companies.found_ledger(ledger, command, actor)
        case _:
            assert_never(command)
