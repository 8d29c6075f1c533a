"""What falls due by itself: one thing at a time, in order, and under an id of its own."""

from contracts.commands.replacements import ReplaceDevice
from contracts.dates import civil_day
from contracts.rma.commands import CloseCase, MarkOverdue, RecordSwap, RecordSwapRefusal, RemindOfReturn, ReopenCase
from contracts.rma.events import CaseEvent
from rma.domain.duties import WATCHED, Duty, Order, ServiceCommand, duty_of, order_in, refused
from rma.domain.ledger_view import Swap
from tests.support.rma.story import (
    HOTEL,
    SERIAL,
    SPARE,
    SPARE_2,
    Desk,
    grant,
    in_advance,
    order,
    owed,
    receive,
    service,
    shipped,
    swapped,
)


def last_order(desk: Desk, rma: str) -> Order | None:
    events = [(n, event) for n, event in enumerate(desk.events, 1) if isinstance(event, CaseEvent) and event.rma == rma]
    return next((found for n, event in reversed(events) if (found := order_in(event, n))), None)


def due(desk: Desk, rma: str) -> Duty | None:
    """What is due for the case now."""
    swap = desk.ledger.swaps.get(rma)
    return duty_of(rma, desk.case(rma), last_order(desk, rma), swap, civil_day(desk.now))


def done_by_itself(desk: Desk, rma: str) -> list[ServiceCommand]:
    """All that the service does for the case at this moment, one after the other."""
    done: list[ServiceCommand] = []
    while (duty := due(desk, rma)) is not None:
        assert not isinstance(duty.command, ReplaceDevice)
        desk.does(duty.command, service)
        done.append(duty.command)
    return done


def an_ordered_replacement(replacement: str = SPARE) -> tuple[Desk, str]:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    desk.does(order(rma, replacement))
    return desk, rma


def test_nothing_is_due_before_staff_orders_a_replacement() -> None:
    desk = Desk()
    rma = desk.files()
    assert due(desk, rma) is None
    desk.does(receive(rma))
    assert due(desk, rma) is None


def test_what_was_ordered_is_asked_of_the_ledger() -> None:
    desk, rma = an_ordered_replacement()
    duty = due(desk, rma)
    assert duty is not None
    assert duty.command == ReplaceDevice(
        serial=SERIAL, replacement=SPARE, rma=rma, reason="The board is burnt.", project=HOTEL
    )


def test_the_same_order_is_asked_for_under_the_same_id_and_a_later_one_under_another() -> None:
    desk, rma = an_ordered_replacement()
    first, again = due(desk, rma), due(desk, rma)
    given = last_order(desk, rma)
    assert first is not None
    assert again is not None
    assert given is not None
    assert first.command_id(0, rma) == again.command_id(0, rma)
    assert first.command_id(1, rma) != first.command_id(0, rma)

    desk.does(RecordSwapRefusal(rma=rma, replacement=SPARE, code="model_mismatch"), service)
    assert due(desk, rma) is None
    desk.does(order(rma, SPARE))
    second = due(desk, rma)
    assert second is not None
    assert second.command == first.command
    assert second.command_id(0, rma) != first.command_id(0, rma)
    later = last_order(desk, rma)
    assert later is not None
    refusals = {refused(rma, one, "model_mismatch").command_id(0, rma) for one in (given, later)}
    assert len(refusals) == 2


def test_a_swap_in_the_ledger_is_told_before_anything_else_whoever_commanded_it() -> None:
    desk, rma = an_ordered_replacement()
    swap = Swap(SERIAL, SPARE_2, 90, civil_day(desk.now))
    desk.ledger = desk.ledger._replace(swaps=desk.ledger.swaps.set(rma, swap))

    duty = due(desk, rma)

    assert duty is not None
    told = RecordSwap(rma=rma, replacement=SPARE_2, swap_sequence=90)
    assert duty.command == told
    desk.does(told, service)
    assert due(desk, rma) is None


def test_a_swap_of_another_device_under_the_number_is_none_of_the_case() -> None:
    desk = Desk()
    rma = desk.files()
    swap = Swap(SPARE_2, SPARE, 90, civil_day(desk.now))
    desk.ledger = desk.ledger._replace(swaps=desk.ledger.swaps.set(rma, swap))
    assert due(desk, rma) is None


def test_reminders_and_overdue_come_each_on_its_day_and_once() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    told: dict[int, list[ServiceCommand]] = {}
    for day in range(32):
        if done := done_by_itself(desk, rma):
            told[day] = done
        desk.later(1)
    assert told == {
        23: [RemindOfReturn(rma=rma, days=7)],
        29: [RemindOfReturn(rma=rma, days=1)],
        30: [MarkOverdue(rma=rma)],
    }


def test_a_service_that_slept_catches_up_in_order() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    desk.later(40)
    assert done_by_itself(desk, rma) == [
        RemindOfReturn(rma=rma, days=7),
        RemindOfReturn(rma=rma, days=1),
        MarkOverdue(rma=rma),
    ]


def test_a_device_that_came_back_is_not_reminded_of() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    desk.does(receive(rma))
    desk.later(40)
    assert due(desk, rma) is None


def test_a_shipped_case_is_closed_after_two_weeks_and_again_when_it_was_reopened() -> None:
    desk, rma = an_ordered_replacement()
    desk.does(swapped(rma), service)
    desk.does(shipped(rma))
    desk.later(13)
    assert due(desk, rma) is None
    desk.later(1)
    first = due(desk, rma)
    assert first is not None
    assert done_by_itself(desk, rma) == [CloseCase(rma=rma)]

    desk.does(ReopenCase(rma=rma, reason="It broke again."))
    desk.later(14)
    second = due(desk, rma)
    assert second is not None
    assert second.command_id(0, rma) != first.command_id(0, rma)


def test_a_case_is_watched_in_every_state_in_which_something_falls_due() -> None:
    desk = Desk()
    desk.does(grant())
    rma = desk.files()
    desk.does(in_advance(rma))
    assert desk.case(rma).state in WATCHED
    desk.does(swapped(rma), service)
    assert desk.case(rma).state in WATCHED
