"""What the service itself has to do next for a case: one thing at a time, as what comes of it brings the next.

All of it follows from the two logs and the day, so nothing else has to be remembered: a service that slept does what
is due in order, and one that does a thing again does nothing, by its id and by the state of the case.
"""

import hashlib
from datetime import date, timedelta
from typing import NamedTuple

from contracts.commands.replacements import ReplaceDevice
from contracts.rma.cases import REMINDER_DAYS, State
from contracts.rma.commands import CloseCase, MarkOverdue, RecordSwap, RecordSwapRefusal, RemindOfReturn
from contracts.rma.events import AdvanceReplacementOrdered, ReplacementOrdered, RmaEvent
from rma.domain.case_steps import CLOSES_AFTER
from rma.domain.ledger_view import Swap
from rma.domain.state import Case

WATCHED: frozenset[State] = frozenset({"replacing", "replacement_shipped", "shipped"})
"""States in which something falls due by itself."""
ServiceCommand = RecordSwap | RecordSwapRefusal | RemindOfReturn | MarkOverdue | CloseCase


class Order(NamedTuple):
    """What entry `sequence` orders; `reason` is the digest of why."""

    sequence: int
    project: str
    replacement: str
    reason: str
    other_model: bool


class Duty(NamedTuple):
    """A command, and `about` what: the same command about something else is another one."""

    command: ReplaceDevice | ServiceCommand
    about: str

    def command_id(self, ledger: int, rma: str) -> str:
        """Whoever has this duty sends it under this id."""
        said = f"licensing/rma-duty/v1\n{ledger}\n{rma}\n{self.command.name}\n{self.about}"
        return hashlib.sha256(said.encode()).hexdigest()


def order_in(event: RmaEvent, sequence: int) -> Order | None:
    """The order that the entry of this sequence gives, if it gives one."""
    match event:
        case ReplacementOrdered():
            return Order(sequence, event.project, event.replacement, event.finding, event.other_model)
        case AdvanceReplacementOrdered():
            return Order(sequence, event.project, event.replacement, event.reason, event.other_model)
        case _:
            return None


def duty_of(rma: str, case: Case, order: Order | None, swap: Swap | None, today: date) -> Duty | None:
    """What is due for the case now; `swap` is what the ledger says of its number."""
    if case.swap is None and swap is not None and swap.serial == case.serial:
        return Duty(RecordSwap(rma=rma, replacement=swap.replacement, swap_sequence=swap.sequence), str(swap.sequence))
    if case.state == "replacing" and order is not None:
        return _to_swap(rma, case, order)
    if case.state == "replacement_shipped" and case.overdue_on is not None:
        return _to_run_out(rma, case, case.overdue_on, today)
    if case.state == "shipped" and today >= case.since + CLOSES_AFTER:
        return Duty(CloseCase(rma=rma), case.since.isoformat())
    return None


def refused(rma: str, order: Order, code: str) -> Duty:
    """The ledger has said no to what was ordered."""
    return Duty(RecordSwapRefusal(rma=rma, replacement=order.replacement, code=code), str(order.sequence))


def _to_swap(rma: str, case: Case, order: Order) -> Duty:
    command = ReplaceDevice(
        serial=case.serial,
        replacement=order.replacement,
        rma=rma,
        reason=order.reason,
        other_model=order.other_model,
        project=order.project,
    )
    return Duty(command, str(order.sequence))


def _to_run_out(rma: str, case: Case, overdue_on: date, today: date) -> Duty | None:
    """Each reminder in its turn, and then that the device is overdue."""
    for days in REMINDER_DAYS:
        if days not in case.reminded and today >= overdue_on - timedelta(days=days):
            return Duty(RemindOfReturn(rma=rma, days=days), f"{days} {case.swap}")
    return Duty(MarkOverdue(rma=rma), str(case.swap)) if today >= overdue_on else None
