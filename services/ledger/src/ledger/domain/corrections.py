"""Corrections: never an edit, always a further entry, and never by one person alone (rule X5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.corrections import (
    ApproveCorrection,
    CorrectionCommand,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    ProposeLinkedCorrections,
    RejectCorrection,
    WantedLine,
)
from contracts.events.corrections import (
    AppliedLine,
    CorrectionApplied,
    CorrectionEvent,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
    ProposedLine,
)
from ledger.domain import correction_lines, delivered_devices
from ledger.domain.activation_keys import asked_for
from ledger.domain.cold_state import DeliveryProposal, Line, Proposal
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import is_staff
from ledger.domain.state import Ledger, holdings_of


def decide(ledger: Ledger, command: CorrectionCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    if not isinstance(actor, Account) or not is_staff(ledger, actor):
        return Rejection("no_right")
    match command:
        case ProposeCorrection():
            return propose(ledger, command, actor)
        case ProposeLinkedCorrections():
            return propose_linked(ledger, command, actor)
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
        case CorrectionProposed() | LinkedCorrectionsProposed():
            waiting = Proposal(event.company, _lines(event), event.proposed_by)
            return _with(ledger, event.correction, waiting)
        case CorrectionApplied() | LinkedCorrectionsApplied():
            after = correction_lines.moved(ledger, _lines(event), event.device)
            return _with(after, event.correction, None)
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
    proposal = _proposal(ledger, command.correction, (command,), actor)
    if isinstance(proposal, Rejection):
        return proposal
    return CorrectionProposed(
        correction=command.correction,
        company=proposal.company,
        source=command.source,
        target=command.target,
        lots=ledger.lots(proposal.lines[0].licenses),
        reason=command.reason,
        reference=command.reference,
        proposed_by=actor.account,
    )


def propose_linked(
    ledger: Ledger, command: ProposeLinkedCorrections, actor: Account
) -> LinkedCorrectionsProposed | Rejection:
    """As a single correction, line by line; the lines may be of several companies, which never read of each other."""
    proposal = _proposal(ledger, command.correction, command.lines, actor)
    if isinstance(proposal, Rejection):
        return proposal
    return LinkedCorrectionsProposed(
        correction=command.correction,
        company=proposal.company,
        lines=tuple(
            ProposedLine(source=line.source, target=line.target, lots=ledger.lots(line.licenses))
            for line in proposal.lines
        ),
        reason=command.reason,
        reference=command.reference,
        proposed_by=actor.account,
    )


def _proposal(
    ledger: Ledger, correction: str, asked: Sequence[ProposeCorrection | WantedLine], actor: Account
) -> Proposal | Rejection:
    if correction in ledger.cold.corrections:
        return Rejection("correction_exists")
    lines: list[Line] = []
    for one in asked:
        wanted = asked_for(ledger, one.licenses)
        if isinstance(wanted, Rejection):
            return correction_lines.of_line(wanted, len(lines) + 1, asked)
        lines.append(Line(one.source, one.target, wanted))
    companies = correction_lines.companies_of(ledger, actor, lines)
    if isinstance(companies, Rejection):
        return companies
    if refused := correction_lines.refuse_classes(ledger, lines):
        return refused
    company = companies[0] if len({*companies}) == 1 else actor.company
    return Proposal(company, tuple(lines), actor.account)


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
) -> CorrectionApplied | LinkedCorrectionsApplied | DeliveryCorrected | Rejection:
    """The second person approves, on the ledger as it is by then."""
    waiting = _waiting(ledger, command.correction)
    if isinstance(waiting, Rejection):
        return waiting
    if waiting.proposed_by == actor.account:
        return Rejection("second_person_needed")
    if isinstance(waiting, DeliveryProposal):
        return delivered_devices.approve(ledger, command.correction, waiting, actor=actor, now=now)
    return _approve_lines(ledger, command.correction, waiting, actor)


def _approve_lines(
    ledger: Ledger, correction: str, waiting: Proposal, actor: Account
) -> CorrectionApplied | LinkedCorrectionsApplied | Rejection:
    lines, serial = waiting.lines, correction_lines.device_of(waiting.lines)
    companies = correction_lines.companies_of(ledger, actor, lines)
    if isinstance(companies, Rejection):
        return companies
    if serial and {*companies} != {waiting.company}:  # a device has gone to another company since; projects do not
        return Rejection("not_same_company")
    if refused := correction_lines.refuse(ledger, lines):
        return refused
    device = correction_lines.device_after(ledger, serial, lines) if serial else None
    if len(lines) == 1:
        return CorrectionApplied(
            correction=correction,
            company=waiting.company,
            source=lines[0].source,
            target=lines[0].target,
            lots=ledger.lots(lines[0].licenses),
            proposed_by=waiting.proposed_by,
            approved_by=actor.account,
            device=device,
        )
    return LinkedCorrectionsApplied(
        correction=correction,
        company=waiting.company,
        lines=tuple(
            AppliedLine(company=company, source=line.source, target=line.target, lots=ledger.lots(line.licenses))
            for company, line in zip(companies, lines, strict=True)
        ),
        proposed_by=waiting.proposed_by,
        approved_by=actor.account,
        device=device,
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


def _lines(
    event: CorrectionProposed | LinkedCorrectionsProposed | CorrectionApplied | LinkedCorrectionsApplied,
) -> tuple[Line, ...]:
    """What an event moves or is to move: a single correction is its own one line."""
    said = event.lines if isinstance(event, LinkedCorrectionsProposed | LinkedCorrectionsApplied) else (event,)
    return tuple(Line(one.source, one.target, holdings_of(one.lots)) for one in said)


def _with(ledger: Ledger, correction: str, waiting: Proposal | DeliveryProposal | None) -> Ledger:
    corrections = ledger.cold.corrections.set(correction, waiting)
    return ledger._replace(cold=ledger.cold._replace(corrections=corrections))
