"""How cases end, by hand and by the clock, and how they are taken up again (rule F5)."""

from contracts.rma.commands import (
    CancelCase,
    CloseCase,
    RecordRepair,
    ReopenCase,
)
from tests.support.rma.story import (
    ADRIA,
    Desk,
    anna,
    grant,
    owed,
    receive,
    service,
    shipped,
)


def test_the_clock_closes_a_shipped_case_after_two_weeks() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    desk.does(shipped(rma))
    desk.later(13)
    assert desk.no(CloseCase(rma=rma), service).code == "not_due"
    desk.later(1)
    desk.does(CloseCase(rma=rma), service)


def test_a_reopened_case_stands_where_it_stood_and_owes_what_it_owed() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    desk.does(receive(rma))
    desk.does(ReopenCase(rma=rma, reason="It was another box."))
    assert desk.case(rma).state == "replacement_shipped"
    assert desk.case(rma).swap == 80
    assert desk.cases.owing[ADRIA] == (rma,)


def test_a_case_is_reopened_within_ninety_days_and_beside_no_other() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(CancelCase(rma=rma), anna)
    other = desk.files()
    reopen = ReopenCase(rma=rma, reason="By mistake.")
    assert desk.no(reopen).details["rma"] == other
    desk.does(CancelCase(rma=other))
    desk.later(91)
    assert desk.no(reopen).code == "reopening_too_late"
    desk.later(-1)
    desk.does(reopen)
    assert desk.case(rma).state == "authorised"
