"""The steps of one case, each with what it needs besides the right state (rule F5)."""

from datetime import date, timedelta
from typing import Any, NamedTuple, assert_never

from contracts.rma.cases import RETURN_DAYS, State, Step
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclareUnrepairable,
    DeclineQuote,
    MarkOverdue,
    OrderReplacement,
    QuoteRepair,
    ReceiveDevice,
    RecordRepair,
    RecordSwap,
    RecordSwapRefusal,
    RemindOfReturn,
    ReopenCase,
    SendInAdvance,
    ShipDevice,
    StepCommand,
)
from contracts.rma.events import (
    AdvanceReplacementOrdered,
    CaseCancelled,
    CaseClosed,
    CaseReopened,
    DebtCharged,
    DeviceReceived,
    DeviceRepaired,
    DeviceShipped,
    DeviceSwapped,
    DeviceUnrepairable,
    QuoteAccepted,
    QuoteDeclined,
    RepairQuoted,
    ReplacementOrdered,
    ReturnOverdue,
    ReturnReminded,
    SwapRefused,
)
from rma.domain.decisions import Decision, Rejection
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Case, Cases

CLOSES_AFTER = timedelta(days=14)
"""After shipping, if nobody closes the case before."""
REOPENS_WITHIN = timedelta(days=90)
"""Of the end of a case."""


class Situation(NamedTuple):
    """A case at a step that the table allows: `target` is the state that it leads to."""

    cases: Cases
    case: Case
    ledger: LedgerView
    today: date
    target: State
    by_clock: bool


def decide(at: Situation, command: StepCommand) -> Decision:
    """The event of the step, or what is missing."""
    case, said = at.case, _said(at, command.rma)
    match command:
        case CancelCase():
            return CaseCancelled(**said)
        case ReceiveDevice():
            return _receive(at, command, said)
        case QuoteRepair():
            return _quote(at, command, said)
        case AcceptQuote() | DeclineQuote():
            return _answer(at, command, said)
        case RecordRepair():
            return DeviceRepaired(**said, finding=command.finding)
        case DeclareUnrepairable():
            return DeviceUnrepairable(**said, finding=command.finding)
        case OrderReplacement() | SendInAdvance():
            return _order(at, command, said)
        case RecordSwap():
            return _swap(at, command, said)
        case RecordSwapRefusal():
            return _refuse_swap(at, command, said)
        case ShipDevice():
            serial = case.replacement if case.swap is not None and case.replacement else case.serial
            return DeviceShipped(
                **said, serial=serial, carrier=command.carrier, tracking_number=command.tracking_number
            )
        case RemindOfReturn() | MarkOverdue():
            return _run_out(at, command, said)
        case ChargeDebt():
            return DebtCharged(**said, serial=case.serial, invoice=command.invoice)
        case CloseCase():
            return _close(at, said)
        case ReopenCase():
            return _refuse_reopening(at.cases, case, at.today) or CaseReopened(**said, reason=command.reason)
        case _:
            assert_never(command)


def refuse_ahead(cases: Cases, case: Case, step: Step, today: date) -> Rejection | None:
    """Rejects a step that the table allows, whatever its command says: what `decide` asks of these first."""
    match step:
        case "accept" | "decline":
            return _refuse_answer(case, today)
        case "replace":
            return _refuse_order(case)
        case "send_in_advance":
            return _refuse_order(case) or _refuse_advance(cases, case)
        case "reopen":
            return _refuse_reopening(cases, case, today)
        case _:
            return None


def _said(at: Situation, rma: str) -> dict[str, Any]:
    """What each event of a case says."""
    return {"rma": rma, "company": at.case.company, "ledger_sequence": at.ledger.sequence, "state": at.target}


def _receive(at: Situation, command: ReceiveDevice, said: dict[str, Any]) -> Decision:
    if command.serial != at.case.serial:
        other = at.cases.open.get(command.serial)
        return Rejection("wrong_device", {"serial": at.case.serial, **({"belongs_to": other} if other else {})})
    return DeviceReceived(**said, serial=command.serial, settles_debt=at.target == "closed")


def _quote(at: Situation, command: QuoteRepair, said: dict[str, Any]) -> Decision:
    if command.valid_until < at.today:
        return Rejection("quote_ended")
    return RepairQuoted(**said, cents=command.cents, currency=command.currency, valid_until=command.valid_until)


def _refuse_answer(case: Case, today: date) -> Rejection | None:
    """Rejects an answer where no quote stands any more."""
    quote = case.quote
    if quote is not None and today <= quote.valid_until:
        return None
    return Rejection("quote_ended", {"quote": quote.sequence} if quote else {})


def _answer(at: Situation, command: AcceptQuote | DeclineQuote, said: dict[str, Any]) -> Decision:
    """The newest quote is answered, before it ends."""
    if refused := _refuse_answer(at.case, at.today):
        return refused
    quote = at.case.quote
    if quote is not None and quote.sequence != command.quote:
        return Rejection("quote_ended", {"quote": quote.sequence})
    if isinstance(command, AcceptQuote):
        return QuoteAccepted(**said, quote=command.quote)
    return QuoteDeclined(**said, quote=command.quote)


def _order(at: Situation, command: OrderReplacement | SendInAdvance, said: dict[str, Any]) -> Decision:
    """Whether the replacement is blank and of a model that fits is for the ledger to say."""
    if command.replacement == at.case.serial:
        return Rejection("same_device")
    if refused := _refuse_order(at.case):
        return refused
    said |= {
        "project": at.ledger.devices.get(at.case.serial, at.case.project),
        "serial": at.case.serial,
        "replacement": command.replacement,
        "other_model": command.other_model,
    }
    if isinstance(command, OrderReplacement):
        return ReplacementOrdered(**said, finding=command.finding)
    return _refuse_advance(at.cases, at.case) or AdvanceReplacementOrdered(
        **said, reason=command.reason, carrier=command.carrier, tracking_number=command.tracking_number
    )


def _refuse_order(case: Case) -> Rejection | None:
    """Rejects a second swap: a case has one."""
    if case.swap is None:
        return None
    return Rejection("licenses_already_transferred", {"replacement": case.replacement or ""})


def _refuse_advance(cases: Cases, case: Case) -> Rejection | None:
    """Rejects a company that is not entitled, or that owes as many devices as it may."""
    threshold = cases.thresholds.get(case.company)
    if threshold is None:
        return Rejection("advance_not_entitled")
    owing = cases.owing.get(case.company, ())
    if len(owing) < threshold:
        return None
    return Rejection("returns_owed", {"cases": ", ".join(owing[:threshold]), "threshold": threshold})


def _swap(at: Situation, command: RecordSwap, said: dict[str, Any]) -> Decision:
    """One swap a case, which the ledger's own entry shows; one that staff commanded there shows here, too."""
    if refused := _refuse_order(at.case):
        return refused
    known = at.ledger.swaps.get(command.rma)
    if known is None or known[:3] != (at.case.serial, command.replacement, command.swap_sequence):
        return Rejection("swap_unknown")
    is_ordered = at.case.state == "replacing" and at.case.replacement == command.replacement
    return DeviceSwapped(
        **said,
        serial=at.case.serial,
        replacement=command.replacement,
        swap_sequence=command.swap_sequence,
        direct=not is_ordered,
        overdue_on=known.on + timedelta(days=RETURN_DAYS) if at.target == "replacement_shipped" else None,
    )


def _refuse_swap(at: Situation, command: RecordSwapRefusal, said: dict[str, Any]) -> Decision:
    if command.replacement != at.case.replacement:
        return Rejection("replacement_not_ordered")
    return SwapRefused(**said, replacement=command.replacement, code=command.code)


def _run_out(at: Situation, command: RemindOfReturn | MarkOverdue, said: dict[str, Any]) -> Decision:
    """Time runs out day by day: each reminder once, not before its day."""
    overdue_on, days = at.case.overdue_on, command.days if isinstance(command, RemindOfReturn) else 0
    if overdue_on is None or days in at.case.reminded:
        return Rejection("nothing_to_change")
    if at.today < overdue_on - timedelta(days=days):
        return Rejection("not_due")
    said |= {"serial": at.case.serial, "overdue_on": overdue_on}
    return ReturnReminded(**said, days=command.days) if isinstance(command, RemindOfReturn) else ReturnOverdue(**said)


def _close(at: Situation, said: dict[str, Any]) -> Decision:
    if at.by_clock and at.today < at.case.since + CLOSES_AFTER:
        return Rejection("not_due")
    return CaseClosed(**said)


def _refuse_reopening(cases: Cases, case: Case, today: date) -> Rejection | None:
    """Rejects a case that ended long ago, or whose device has another one."""
    if today > case.since + REOPENS_WITHIN:
        return Rejection("reopening_too_late")
    other = cases.open.get(case.serial)
    return Rejection("rma_open_for_device", {"rma": other}) if other is not None else None
