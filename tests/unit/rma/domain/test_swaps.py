"""Cases in which another device takes the place of the broken one, once (rule F5)."""

from datetime import date

from contracts.rma.commands import (
    RecordRepair,
    RecordSwapRefusal,
)
from contracts.rma.events import DeviceReceived, DeviceSwapped, ReplacementOrdered
from rma.domain.decide import decide
from rma.domain.decisions import Rejection
from rma.domain.ledger_view import Swap
from tests.support.rma.story import (
    ADRIA,
    HOTEL,
    OTHER,
    SERIAL,
    SPARE,
    SPARE_2,
    Desk,
    grant,
    in_advance,
    order,
    receive,
    service,
    shipped,
    swapped,
)

DAY = date(2026, 11, 25)


def test_a_replacement_is_ordered_and_swapped_once() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    ordered = desk.does(order(rma))
    assert isinstance(ordered, ReplacementOrdered)
    assert (ordered.project, ordered.serial, ordered.replacement) == (HOTEL, SERIAL, SPARE)
    done = desk.does(swapped(rma), service)
    assert isinstance(done, DeviceSwapped)
    assert (done.swap_sequence, done.direct, done.overdue_on) == (80, False, None)
    desk.does(shipped(rma))
    assert desk.no(swapped(rma, SPARE_2, 81), service).code == "licenses_already_transferred"
    assert desk.no(order(rma)).code == "bad_transition"


def test_a_device_does_not_replace_itself() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    assert desk.no(order(rma, SERIAL)).code == "same_device"


def test_what_the_ledger_refuses_is_a_state_that_staff_acts_on() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    desk.does(order(rma))
    refusal = RecordSwapRefusal(rma=rma, replacement=SPARE, code="replacement_not_blank")
    assert desk.no(refusal.model_copy(update={"replacement": SPARE_2}), service).code == "replacement_not_ordered"
    desk.does(refusal, service)
    desk.does(order(rma, SPARE_2))
    desk.does(swapped(rma, SPARE_2), service)
    assert desk.case(rma).state == "replaced"


def test_an_advance_that_the_ledger_refuses_may_still_end_as_any_case() -> None:
    desk = Desk()
    desk.does(grant())
    rma = desk.files()
    desk.does(in_advance(rma))
    assert desk.cases.owing[ADRIA] == (rma,), "what is about to go out counts"
    desk.does(RecordSwapRefusal(rma=rma, replacement=SPARE, code="model_mismatch"), service)
    assert ADRIA not in desk.cases.owing
    received = desk.does(receive(rma))
    assert isinstance(received, DeviceReceived)
    assert (received.state, received.settles_debt) == ("received", False)
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))


def test_a_swap_that_staff_commanded_in_the_ledger_shows_in_the_case() -> None:
    desk = Desk()
    rma = desk.files()
    event = desk.does(swapped(rma), service)
    assert isinstance(event, DeviceSwapped)
    assert (event.direct, event.state, event.overdue_on) == (True, "replacement_shipped", date(2026, 12, 25))
    assert desk.cases.owing[ADRIA] == (rma,)


def test_a_swap_that_the_ledger_does_not_know_is_none() -> None:
    """Whoever has got hold of the process manager says that a device was swapped."""
    desk = Desk()
    rma = desk.files()
    for swap in (None, Swap(OTHER, SPARE, 80, DAY), Swap(SERIAL, SPARE_2, 80, DAY), Swap(SERIAL, SPARE, 81, DAY)):
        ledger = desk.ledger if swap is None else desk.ledger._replace(swaps=desk.ledger.swaps.set(rma, swap))
        told = decide(desk.cases, swapped(rma), service, ledger, now=desk.now)
        assert isinstance(told, Rejection)
        assert told.code == "swap_unknown"


def test_a_device_is_owed_from_the_day_of_the_swap_and_not_from_when_the_case_hears_of_it() -> None:
    desk = Desk()
    rma = desk.files()
    ledger = desk.ledger._replace(swaps=desk.ledger.swaps.set(rma, Swap(SERIAL, SPARE, 80, date(2026, 11, 18))))
    told = decide(desk.cases, swapped(rma), service, ledger, now=desk.now)
    assert isinstance(told, DeviceSwapped)
    assert told.overdue_on == date(2026, 12, 18)
