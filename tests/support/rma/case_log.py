"""A log of cases as its writer makes it, without one: what a desk has decided, entry by entry."""

from collections.abc import Callable
from datetime import datetime, timedelta

from contracts.log.envelope import GENESIS, entry_hash
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclareUnrepairable,
    DeclineQuote,
    MarkOverdue,
    QuoteRepair,
    RecordRepair,
    RecordSwapRefusal,
    RemindOfReturn,
    ReopenCase,
    WithdrawAdvanceReplacement,
)
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent
from tests.support.ledger.story_set_aside import approve, propose
from tests.support.rma import story
from tests.support.rma.story import ADRIA, ANNA, BORA, HOTEL, Desk, anna, second_clerk, service, two_clerks


class CaseLog:
    """The entries so far."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def add(self, *events: RmaEvent, at: datetime = story.NOON) -> None:
        for event in events:
            sequence = len(self.values) + 1
            value = RMA_ENTRIES.encode(
                event,
                source=source_of(0),
                sequence=sequence,
                prev=entry_hash(self.values[-1]) if self.values else GENESIS,
                at=at,
                command_id=f"{sequence:064x}",
                command_hash="ab" * 32,
                actor=f"account:{ANNA}@{ADRIA}",
                correlation_id="c-1",
            )
            self.values.append(value)


def log_of(cases: int) -> CaseLog:
    """So many cases side by side, each at another step of its life; beneath them, an entry that was set aside."""
    desk, log = two_clerks(), CaseLog()
    desk.does(story.grant(threshold=100))
    desk.does(story.grant(company=BORA))
    desk.does(WithdrawAdvanceReplacement(company=BORA, reason="The contract ended.", reference="SUP-9"))
    for number in range(cases):
        SHAPES[number % len(SHAPES)](desk, f"009033{number:06x}", f"0090334{number:05x}")
        _tell(desk, log)
        if number == 0:
            _set_aside(desk, log)
    return log


def _tell(desk: Desk, log: CaseLog) -> None:
    """Add what the desk has decided since the last time."""
    for event, at in zip(desk.events, desk.times, strict=True):
        log.add(event, at=at)
    desk.events.clear()
    desk.times.clear()


def _set_aside(desk: Desk, log: CaseLog) -> None:
    """Somebody files the first case a second time, and both clerks decide that this does not count."""
    log.add(RMA_ENTRIES.decode(log.values[-1]).data, at=desk.now)
    desk.cases = desk.cases.following()
    desk.does(propose((len(log.values), entry_hash(log.values[-1])), law="case_exists"))
    desk.does(approve(), second_clerk)
    _tell(desk, log)


def _received(desk: Desk, serial: str) -> str:
    """A device under warranty has arrived."""
    desk.gets(serial)
    rma = desk.files(serial)
    desk.does(story.receive(rma, serial))
    return rma


def _quoted(desk: Desk, serial: str) -> str:
    """One without a guarantee has arrived, and its repair has a price."""
    desk.ledger = desk.ledger._replace(devices=desk.ledger.devices.set(serial, HOTEL))
    rma = desk.files(serial)
    desk.does(story.receive(rma, serial))
    desk.does(QuoteRepair(rma=rma, cents=12_900, currency="EUR", valid_until=desk.now.date() + timedelta(days=10)))
    return rma


def _entry_of_quote(desk: Desk, rma: str) -> int:
    quote = desk.case(rma).quote
    assert quote is not None
    return quote.sequence


def _swapped(desk: Desk, rma: str, spare: str) -> None:
    desk.does(story.swapped(rma, spare), service)


def _owed(desk: Desk, serial: str, spare: str) -> str:
    desk.gets(serial)
    rma = desk.files(serial)
    desk.does(story.in_advance(rma, spare))
    _swapped(desk, rma, spare)
    return rma


def is_filed(desk: Desk, serial: str, _: str) -> None:
    desk.gets(serial)
    desk.files(serial)


def is_received(desk: Desk, serial: str, _: str) -> None:
    _received(desk, serial)


def is_replaced(desk: Desk, serial: str, spare: str) -> None:
    rma = _received(desk, serial)
    desk.does(story.order(rma, spare))
    _swapped(desk, rma, spare)
    desk.does(story.shipped(rma))


def is_owed(desk: Desk, serial: str, spare: str) -> None:
    _owed(desk, serial, spare)


def is_quoted(desk: Desk, serial: str, _: str) -> None:
    _quoted(desk, serial)


def is_declined(desk: Desk, serial: str, _: str) -> None:
    rma = _quoted(desk, serial)
    desk.does(DeclineQuote(rma=rma, quote=_entry_of_quote(desk, rma)), anna)
    desk.does(story.shipped(rma))


def is_repaired_and_closes_by_itself(desk: Desk, serial: str, _: str) -> None:
    rma = _quoted(desk, serial)
    desk.does(AcceptQuote(rma=rma, quote=_entry_of_quote(desk, rma)), anna)
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    desk.does(story.shipped(rma))
    desk.later(14)
    desk.does(CloseCase(rma=rma), service)


def is_unrepairable(desk: Desk, serial: str, _: str) -> None:
    rma = _received(desk, serial)
    desk.does(DeclareUnrepairable(rma=rma, finding="The board is burnt."))


def is_refused_a_swap(desk: Desk, serial: str, spare: str) -> None:
    rma = _received(desk, serial)
    desk.does(story.order(rma, spare))
    desk.does(RecordSwapRefusal(rma=rma, replacement=spare, code="replacement_not_blank"), service)


def is_cancelled(desk: Desk, serial: str, _: str) -> None:
    desk.gets(serial)
    desk.does(CancelCase(rma=desk.files(serial)), anna)


def is_reopened(desk: Desk, serial: str, _: str) -> None:
    rma = _received(desk, serial)
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    desk.does(story.shipped(rma))
    desk.does(CloseCase(rma=rma))
    desk.does(ReopenCase(rma=rma, reason="It broke again."))


def is_returned(desk: Desk, serial: str, spare: str) -> None:
    desk.does(story.receive(_owed(desk, serial, spare), serial))


def is_overdue(desk: Desk, serial: str, spare: str) -> None:
    _ran_out(desk, serial, spare)


def is_charged(desk: Desk, serial: str, spare: str) -> None:
    desk.does(ChargeDebt(rma=_ran_out(desk, serial, spare), invoice="INV-1"))


def _ran_out(desk: Desk, serial: str, spare: str) -> str:
    """Thirty days go by, with both reminders, and the broken device does not come back."""
    rma = _owed(desk, serial, spare)
    desk.later(23)
    desk.does(RemindOfReturn(rma=rma, days=7), service)
    desk.later(6)
    desk.does(RemindOfReturn(rma=rma, days=1), service)
    desk.later(1)
    desk.does(MarkOverdue(rma=rma), service)
    return rma


SHAPES: tuple[Callable[[Desk, str, str], None], ...] = (
    is_filed,
    is_received,
    is_replaced,
    is_owed,
    is_quoted,
    is_declined,
    is_repaired_and_closes_by_itself,
    is_unrepairable,
    is_refused_a_swap,
    is_cancelled,
    is_reopened,
    is_returned,
    is_overdue,
    is_charged,
)
"""What a case may have become; the first of them stands where it was filed."""
