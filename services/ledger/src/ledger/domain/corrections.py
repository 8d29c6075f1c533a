"""Corrections: never an edit, always a further entry, and never by one person alone (rule X5)."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.corrections import (
    ApproveCorrection,
    CorrectionCommand,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    RejectCorrection,
)
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionEvent,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.licenses import MAX_HELD, MAX_LOTS, DeviceLicenses
from contracts.log.posting_rules import ISSUANCE, RETIRED
from contracts.log.postings import device_account, project_account
from ledger.domain import delivered_devices
from ledger.domain.activation_keys import asked_for
from ledger.domain.catalog import refuse_limits
from ledger.domain.cold_state import DeliveryProposal, Proposal
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.devices import ALLOCATABLE
from ledger.domain.rights import absent, is_staff
from ledger.domain.state import Device, Holdings, Ledger, Project, at_most, holdings_of, minus, plus

_PROJECT, _DEVICE = project_account(""), device_account("")


def decide(ledger: Ledger, command: CorrectionCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    if not isinstance(actor, Account) or not is_staff(ledger, actor):
        return Rejection("no_right")
    match command:
        case ProposeCorrection():
            return propose(ledger, command, actor)
        case ProposeDeliveryCorrection():
            return propose_delivery(ledger, command, actor, now)
        case ApproveCorrection():
            return approve(ledger, command, actor, now)
        case RejectCorrection():
            return reject(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: CorrectionEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case CorrectionProposed():
            units = holdings_of(event.lots)
            waiting = Proposal(event.company, event.source, event.target, units, event.proposed_by)
            return _with(ledger, event.correction, waiting)
        case CorrectionApplied():
            return _with(_moved(ledger, event), event.correction, None)
        case CorrectionRejected():
            return _with(ledger, event.correction, None)
        case DeliveryCorrectionProposed():
            asked = DeliveryProposal(event.serial, event.model, event.delivered_on, event.proposed_by)
            return _with(ledger, event.correction, asked)
        case DeliveryCorrected():
            return _with(delivered_devices.corrected(ledger, event), event.correction, None)
        case _:
            assert_never(event)


def propose(ledger: Ledger, command: ProposeCorrection, actor: Account) -> CorrectionProposed | Rejection:
    """The places must exist now; whether there is enough to move is checked at the approval."""
    if command.correction in ledger.cold.corrections:
        return Rejection("correction_exists")
    company = _company_of_both(ledger, actor, command.source, command.target)
    if isinstance(company, Rejection):
        return company
    wanted = asked_for(ledger, command.licenses)
    if isinstance(wanted, Rejection):
        return wanted
    if command.target.startswith(_DEVICE) and (refused := _refuse_class(ledger, wanted)):
        return refused
    return CorrectionProposed(
        correction=command.correction,
        company=company,
        source=command.source,
        target=command.target,
        lots=ledger.lots(wanted),
        reason=command.reason,
        reference=command.reference,
        proposed_by=actor.account,
    )


def propose_delivery(
    ledger: Ledger, command: ProposeDeliveryCorrection, actor: Account, now: datetime
) -> DeliveryCorrectionProposed | Rejection:
    """The vendor decides what is registered of a device, whoever has the device."""
    if command.correction in ledger.cold.corrections:
        return Rejection("correction_exists")
    wanted = DeliveryProposal(command.serial, command.model, command.delivered_on, actor.account)
    after = delivered_devices.after(ledger, wanted, now)
    if isinstance(after, Rejection):
        return after
    return DeliveryCorrectionProposed(
        correction=command.correction,
        company=actor.company,
        serial=command.serial,
        model=command.model,
        delivered_on=command.delivered_on,
        reason=command.reason,
        reference=command.reference,
        proposed_by=actor.account,
    )


def approve(
    ledger: Ledger, command: ApproveCorrection, actor: Account, now: datetime
) -> CorrectionApplied | DeliveryCorrected | Rejection:
    """The second person approves, on the ledger as it is by then."""
    waiting = _waiting(ledger, command.correction)
    if isinstance(waiting, Rejection):
        return waiting
    if waiting.proposed_by == actor.account:
        return Rejection("second_person_needed")
    if isinstance(waiting, DeliveryProposal):
        return delivered_devices.approve(ledger, command.correction, waiting, actor=actor, now=now)
    return _approve_move(ledger, command, waiting, actor)


def _approve_move(
    ledger: Ledger, command: ApproveCorrection, waiting: Proposal, actor: Account
) -> CorrectionApplied | Rejection:
    company = _company_of_both(ledger, actor, waiting.source, waiting.target)
    if isinstance(company, Rejection):
        return company
    if company != waiting.company:
        return Rejection("not_same_company")
    if refused := _refuse_move(ledger, waiting):
        return refused
    serial = _serial(waiting)
    return CorrectionApplied(
        correction=command.correction,
        company=company,
        source=waiting.source,
        target=waiting.target,
        lots=ledger.lots(waiting.licenses),
        proposed_by=waiting.proposed_by,
        approved_by=actor.account,
        device=_device_after(ledger, serial, waiting) if serial else None,
    )


def reject(ledger: Ledger, command: RejectCorrection, actor: Account) -> CorrectionRejected | Rejection:
    """Anybody of the staff may close a proposal, also who made it."""
    waiting = _waiting(ledger, command.correction)
    if isinstance(waiting, Rejection):
        return waiting
    return CorrectionRejected(
        correction=command.correction,
        company=waiting.company if isinstance(waiting, Proposal) else actor.company,
        reason=command.reason,
        rejected_by=actor.account,
    )


def _waiting(ledger: Ledger, correction: str) -> Proposal | DeliveryProposal | Rejection:
    if correction not in ledger.cold.corrections:
        return Rejection("correction_unknown")
    return ledger.cold.corrections[correction] or Rejection("correction_closed")


def _company_of_both(ledger: Ledger, actor: Account, source: str, target: str) -> str | Rejection:
    """The one company whose licenses these are. At most one side is a device, so that an entry changes only one."""
    ends = [account for account in (source, target) if account not in (ISSUANCE, RETIRED)]
    devices = [account for account in ends if account.startswith(_DEVICE)]
    if not ends or source == target or len(devices) > 1:
        return Rejection("correction_accounts_wrong")
    companies: set[str] = set()
    for account in ends:
        place = _place(ledger, account)
        if place is None:
            is_device = account.startswith(_DEVICE)
            return absent(ledger, actor, account.removeprefix(_DEVICE)) if is_device else Rejection("project_unknown")
        if isinstance(place, Project) and place.archived:
            return Rejection("project_archived")
        companies.add(place.company)
    return companies.pop() if len(companies) == 1 else Rejection("not_same_company")


def _place(ledger: Ledger, account: str) -> Project | Device | None:
    if account.startswith(_PROJECT):
        return ledger.projects.get(account.removeprefix(_PROJECT))
    return ledger.devices.get(account.removeprefix(_DEVICE))


def _refuse_move(ledger: Ledger, move: Proposal) -> Rejection | None:
    for name, count in move.licenses.items():
        there = MAX_HELD if move.source == ISSUANCE else _held(ledger, move.source).get(name, 0)
        if count > there:
            return Rejection("insufficient_balance", {"license_type": name, "wanted": count, "balance": there})
        if move.target != RETIRED and _held(ledger, move.target).get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return _refuse_on_device(ledger, move) if move.target.startswith(_DEVICE) else None


def _refuse_on_device(ledger: Ledger, move: Proposal) -> Rejection | None:
    """A correction puts on a device only what may stand there."""
    device = ledger.devices[move.target.removeprefix(_DEVICE)]
    if refused := _refuse_class(ledger, move.licenses):
        return refused
    if len(device.holdings.keys() | move.licenses.keys()) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    return refuse_limits(ledger, device, move.licenses)


def _refuse_class(ledger: Ledger, wanted: Holdings) -> Rejection | None:
    """Rejects types that stand on no device: credits, and warranty, which is used up at once."""
    for name in wanted:
        license_class = ledger.catalog[name]
        if license_class not in ALLOCATABLE:
            return Rejection("class_not_allocatable", {"license_type": name, "license_class": license_class})
    return None


def _held(ledger: Ledger, account: str) -> Holdings:
    place = _place(ledger, account)
    if isinstance(place, Project):
        return place.free
    return {} if place is None else place.holdings


def _serial(move: Proposal | CorrectionApplied) -> str | None:
    device = next((account for account in (move.source, move.target) if account.startswith(_DEVICE)), None)
    return device and device.removeprefix(_DEVICE)


def _device_after(ledger: Ledger, serial: str, move: Proposal) -> DeviceLicenses:
    device = ledger.devices[serial]
    changed = plus if move.target.startswith(_DEVICE) else minus
    after = device._replace(issue=device.issue + 1, holdings=changed(device.holdings, move.licenses))
    return ledger.device_licenses(serial, after)


def _moved(ledger: Ledger, event: CorrectionApplied) -> Ledger:
    units, projects, devices = holdings_of(event.lots), ledger.projects, ledger.devices
    if event.source.startswith(_PROJECT):
        projects = ledger.debited(event.source.removeprefix(_PROJECT), units)
    if event.target.startswith(_PROJECT):
        projects = ledger._replace(projects=projects).credited(event.target.removeprefix(_PROJECT), units)
    if event.device is not None:
        before = devices[event.device.serial]
        corrected = before.changed(event.device)
        device = corrected._replace(bound=at_most(corrected.bound, corrected.holdings))
        devices = devices.set(event.device.serial, device)
        projects = ledger._replace(projects=projects).exchanged(device.project, before.holdings, device.holdings)
    return ledger._replace(projects=projects, devices=devices)


def _with(ledger: Ledger, correction: str, waiting: Proposal | DeliveryProposal | None) -> Ledger:
    corrections = ledger.cold.corrections.set(correction, waiting)
    return ledger._replace(cold=ledger.cold._replace(corrections=corrections))
