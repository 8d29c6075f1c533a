"""Devices that go out before the broken one is back, and what is owed then (rule F5)."""

from datetime import date

from contracts.rma.commands import (
    ChargeDebt,
    GrantAdvanceReplacement,
    MarkOverdue,
    RemindOfReturn,
    WithdrawAdvanceReplacement,
)
from contracts.rma.events import DeviceReceived
from tests.support.rma.story import (
    ADRIA,
    BORA,
    BORAS_BOX,
    NOON,
    OTHER,
    SPARE,
    SPARE_2,
    Desk,
    anna,
    ben,
    grant,
    in_advance,
    owed,
    receive,
    service,
    swapped,
)


def test_only_an_entitled_company_gets_a_replacement_in_advance() -> None:
    desk = Desk()
    rma = desk.files()
    assert desk.no(in_advance(rma)).code == "advance_not_entitled"
    desk.does(grant())
    desk.does(in_advance(rma))


def test_an_entitlement_is_given_and_ended_by_staff() -> None:
    desk = Desk()
    end = WithdrawAdvanceReplacement(company=ADRIA, reason="The contract ended.", reference="SUP-9")
    assert desk.no(grant(), anna).code == "no_right"
    assert desk.no(grant(company="00000000-0000-4000-8000-00000000ffff")).code == "company_unknown"
    assert desk.no(end).code == "advance_not_entitled"
    desk.does(grant())
    desk.does(end)
    assert desk.no(in_advance(desk.files())).code == "advance_not_entitled"


def test_a_company_that_owes_its_threshold_gets_no_further_one() -> None:
    desk = Desk()
    desk.does(grant(threshold=1))
    first, second = owed(desk), desk.files(OTHER)
    refused = desk.no(in_advance(second, SPARE_2))
    assert refused.code == "returns_owed"
    assert (refused.details["cases"], refused.details["threshold"]) == (first, 1)
    desk.does(receive(first))
    desk.does(in_advance(second, SPARE_2))


def test_a_company_may_owe_three_devices_unless_staff_says_otherwise() -> None:
    desk = Desk()
    desk.does(GrantAdvanceReplacement(company=ADRIA, reference="SUP-9"))
    serials, spares = ([f"009033{kind}0000{number}" for number in range(4)] for kind in (4, 5))
    for serial in serials:
        desk.gets(serial)
    owing = [owed(desk, serial, spare) for serial, spare in zip(serials[:3], spares, strict=False)]
    fourth = in_advance(desk.files(serials[3]), spares[3])

    refused = desk.no(fourth)

    assert refused.code == "returns_owed"
    assert (refused.details["cases"], refused.details["threshold"]) == (", ".join(owing), 3)
    desk.does(receive(owing[1], serials[1]))
    desk.does(fourth)


def test_a_debt_is_settled_by_receipt_of_that_very_serial() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    assert desk.no(receive(rma, SPARE)).code == "wrong_device"
    event = desk.does(receive(rma))
    assert isinstance(event, DeviceReceived)
    assert (event.state, event.settles_debt) == ("closed", True)
    assert not desk.cases.owing


def test_a_debt_runs_out_day_by_day_and_is_charged() -> None:
    desk = Desk()
    desk.does(grant())
    rma = owed(desk)
    desk.later(22)
    assert desk.no(RemindOfReturn(rma=rma, days=7), service).code == "not_due"
    desk.later(1)
    desk.does(RemindOfReturn(rma=rma, days=7), service)
    assert desk.no(RemindOfReturn(rma=rma, days=7), service).code == "nothing_to_change"
    desk.later(6)
    desk.does(RemindOfReturn(rma=rma, days=1), service)
    assert desk.no(MarkOverdue(rma=rma), service).code == "not_due"
    desk.later(1)
    desk.does(MarkOverdue(rma=rma), service)
    assert desk.cases.owing[ADRIA] == (rma,)
    desk.does(ChargeDebt(rma=rma, invoice="INV-1"))
    assert not desk.cases.owing


def test_thirty_days_are_civil_days_when_the_clock_changes() -> None:
    desk = Desk(now=NOON.replace(month=10, day=1, hour=22, minute=30))  # the 2nd in Berlin, in summer
    desk.does(grant())
    rma = owed(desk)
    assert desk.case(rma).overdue_on == date(2026, 11, 1)
    desk.now = NOON.replace(month=10, day=31, hour=22, minute=59)
    assert desk.no(MarkOverdue(rma=rma), service).code == "not_due"
    desk.now = NOON.replace(month=10, day=31, hour=23)
    desk.does(MarkOverdue(rma=rma), service)


def test_cases_of_two_companies_owe_apart() -> None:
    desk = Desk()
    desk.does(grant(threshold=1))
    desk.does(grant(threshold=1, company=BORA))
    owed(desk)
    theirs = desk.files(BORAS_BOX, ben)
    desk.does(in_advance(theirs, SPARE_2))
    desk.does(swapped(theirs, SPARE_2), service)
    assert set(desk.cases.owing) == {ADRIA, BORA}
