"""Cases from the broken device to the new one: who may, what it needs, and what follows (rule F5)."""

from datetime import date, timedelta

import pytest
from immutables import Map

from contracts.actors import Actor, Device, Operator
from contracts.rma.cases import Coverage
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclineQuote,
    FileCase,
    GrantAdvanceReplacement,
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
    WithdrawAdvanceReplacement,
)
from contracts.rma.events import CaseFiled, DeviceReceived, DeviceSwapped, ReplacementOrdered
from rma.domain.ledger_view import LedgerView
from tests.support.rma.story import (
    ADRIA,
    AT,
    BORA,
    BORAS_BOX,
    DELIVERED_ON,
    HOTEL,
    NOON,
    OTHER,
    SERIAL,
    SPARE,
    SPARE_2,
    UNDELIVERED,
    Desk,
    anna,
    ben,
    clerk,
    gus,
    mia,
    service,
)


def receive(rma: str, serial: str = SERIAL) -> ReceiveDevice:
    return ReceiveDevice(rma=rma, serial=serial)


def order(rma: str, replacement: str = SPARE) -> OrderReplacement:
    return OrderReplacement(rma=rma, replacement=replacement, finding="The board is burnt.")


def in_advance(rma: str, replacement: str = SPARE) -> SendInAdvance:
    return SendInAdvance(rma=rma, replacement=replacement, reason="Contract.", carrier="DHL", tracking_number="1")


def swapped(rma: str, replacement: str = SPARE, at: int = 80) -> RecordSwap:
    return RecordSwap(rma=rma, replacement=replacement, swap_sequence=at)


def shipped(rma: str) -> ShipDevice:
    return ShipDevice(rma=rma, carrier="DHL", tracking_number="00340434161094042557")


def grant(threshold: int = 3, company: str = ADRIA) -> GrantAdvanceReplacement:
    return GrantAdvanceReplacement(company=company, threshold=threshold, reference="SUP-9")


def owed(desk: Desk, serial: str = SERIAL, replacement: str = SPARE) -> str:
    """A case whose replacement went out in advance."""
    rma = desk.files(serial)
    desk.does(in_advance(rma, replacement))
    desk.does(swapped(rma, replacement), service)
    return rma


# filing


def test_a_case_is_filed_with_what_the_ledger_says_of_its_device() -> None:
    filed = Desk().does(FileCase(serial=SERIAL, reference="REP-7"), anna)
    assert filed == CaseFiled(
        rma="RMA-2026-000001",
        company=ADRIA,
        ledger_sequence=AT,
        state="authorised",
        project=HOTEL,
        serial=SERIAL,
        coverage="warranty",
        reference="REP-7",
    )


def test_numbers_go_on_over_all_years() -> None:
    desk = Desk()
    desk.files()
    desk.later(60)
    assert desk.files(OTHER) == "RMA-2027-000002"


@pytest.mark.parametrize(
    ("day", "coverage"),
    [
        (DELIVERED_ON, "doa"),
        (DELIVERED_ON + timedelta(days=21), "doa"),
        (DELIVERED_ON + timedelta(days=22), "warranty"),
        (date(2027, 5, 19), "warranty"),
        (date(2027, 5, 20), "chargeable"),
    ],
)
def test_who_pays_is_fixed_by_the_day_of_the_request(day: date, coverage: Coverage) -> None:
    desk = Desk(now=NOON.replace(year=day.year, month=day.month, day=day.day))
    assert desk.case(desk.files()).coverage == coverage


def test_a_day_begins_in_berlin() -> None:
    desk = Desk(now=NOON.replace(year=2027, month=5, day=19, hour=22, minute=30))
    assert desk.case(desk.files()).coverage == "chargeable"


def test_a_device_without_a_day_of_delivery_is_chargeable() -> None:
    desk = Desk()
    assert desk.case(desk.files(UNDELIVERED)).coverage == "chargeable"


def test_a_device_has_one_open_case() -> None:
    desk = Desk()
    rma = desk.files()
    assert desk.no(FileCase(serial=SERIAL), gus).details == {"rma": rma, "ledger_sequence": AT}
    desk.does(CancelCase(rma=rma), anna)
    assert desk.files() == "RMA-2026-000002"


def test_the_open_case_of_a_former_owner_is_not_named() -> None:
    desk = Desk()
    desk.files()
    desk.ledger = desk.ledger._replace(devices=desk.ledger.devices.set(SERIAL, desk.ledger.devices[BORAS_BOX]))
    refused = desk.no(FileCase(serial=SERIAL), ben)
    assert (refused.code, refused.details) == ("rma_open_for_device", {"ledger_sequence": AT})


@pytest.mark.parametrize(
    ("actor", "serial", "code"),
    [
        (ben, SERIAL, "device_unknown"),
        (mia, SERIAL, "no_right"),
        (clerk, SERIAL, "no_right"),
        (anna, "0090330fffff", "device_unknown"),
        (service, SERIAL, "device_unknown"),
        (Operator(name="ops"), SERIAL, "device_unknown"),
        (Device(serial=SERIAL, certificate_sha256="0" * 64), SERIAL, "device_unknown"),
    ],
)
def test_who_has_no_right_files_nothing(actor: Actor, serial: str, code: str) -> None:
    assert Desk().no(FileCase(serial=serial), actor).code == code


def test_a_guest_files_with_the_right() -> None:
    desk = Desk()
    assert desk.case(desk.files(actor=gus)).company == ADRIA


def test_a_right_that_was_revoked_is_gone() -> None:
    desk = Desk()
    desk.ledger = desk.ledger._replace(sequence=AT + 1, grants=Map())
    assert desk.no(FileCase(serial=SERIAL), gus).details == {"ledger_sequence": AT + 1}


@pytest.mark.parametrize(
    ("subject", "code"), [(f"devices/{SERIAL}", "device_blocked"), (f"companies/{ADRIA}", "company_blocked")]
)
def test_nothing_is_filed_for_what_staff_has_stopped(subject: str, code: str) -> None:
    desk = Desk()
    desk.ledger = desk.ledger._replace(blocked=frozenset({subject}))
    assert {desk.no(FileCase(serial=SERIAL), actor).code for actor in (anna, gus)} == {code}


def test_nobody_acts_for_a_company_that_was_imported() -> None:
    desk = Desk()
    desk.ledger = desk.ledger._replace(closed=frozenset({ADRIA}))
    assert desk.no(FileCase(serial=SERIAL), anna).code == "company_closed"


def test_nothing_is_decided_before_the_ledger_is_read() -> None:
    assert Desk(ledger=LedgerView()).no(FileCase(serial=SERIAL), anna).code == "ledger_not_founded"


# who does what


def test_who_does_not_know_the_project_does_not_know_the_case() -> None:
    desk = Desk()
    rma = desk.files()
    for command in (CancelCase(rma=rma), receive(rma)):
        assert desk.no(command, ben).code == "rma_unknown"
        assert desk.no(CancelCase(rma="RMA-2026-999999"), ben).details == desk.no(command, ben).details


@pytest.mark.parametrize("actor", [anna, mia, gus, service])
def test_only_staff_works_a_case(actor: Actor) -> None:
    desk = Desk()
    assert desk.no(receive(desk.files()), actor).code == "no_right"


def test_the_service_alone_records_swaps() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    desk.does(order(rma))
    assert desk.no(swapped(rma), clerk).code == "no_right"


# repair


def test_a_covered_device_is_repaired_and_goes_back() -> None:
    desk = Desk()
    rma = desk.files()
    desk.does(receive(rma))
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    desk.does(shipped(rma))
    desk.does(CloseCase(rma=rma))
    assert [event.type.split(".")[2] for event in desk.events] == [
        "case-filed",
        "device-received",
        "device-repaired",
        "device-shipped",
        "case-closed",
    ]
    assert not desk.cases.open


def test_a_scanned_serial_of_another_case_names_that_one() -> None:
    desk = Desk()
    rma, other = desk.files(), desk.files(OTHER)
    assert desk.no(receive(rma, OTHER)).details["belongs_to"] == other
    assert desk.no(receive(rma, SPARE)).details == {"serial": SERIAL, "ledger_sequence": AT}
    assert desk.no(receive(rma, SPARE)).code == "wrong_device"


def a_quote(desk: Desk, days: int = 10) -> tuple[str, int]:
    rma = desk.files(UNDELIVERED)
    desk.does(receive(rma, UNDELIVERED))
    until = desk.now.date() + timedelta(days=days)
    desk.does(QuoteRepair(rma=rma, cents=12_900, currency="EUR", valid_until=until))
    return rma, desk.cases.sequence


def test_a_chargeable_device_is_repaired_once_the_quote_is_accepted() -> None:
    desk = Desk()
    rma, quote = a_quote(desk)
    desk.later(10)
    desk.does(AcceptQuote(rma=rma, quote=quote), gus)
    desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))


def test_a_declined_device_goes_back_as_it_is() -> None:
    desk = Desk()
    rma, quote = a_quote(desk)
    desk.does(DeclineQuote(rma=rma, quote=quote), anna)
    assert desk.no(RecordRepair(rma=rma, finding="Anyway.")).details["possible"] == "ship"


def test_an_ended_or_superseded_quote_binds_nobody() -> None:
    desk = Desk()
    rma, quote = a_quote(desk)
    desk.later(11)
    assert desk.no(AcceptQuote(rma=rma, quote=quote), anna).code == "quote_ended"
    assert desk.no(DeclineQuote(rma=rma, quote=quote), anna).code == "quote_ended"
    late = QuoteRepair(rma=rma, cents=1, currency="EUR", valid_until=desk.now.date() - timedelta(days=1))
    assert desk.no(late).code == "quote_ended"
    desk.does(late.model_copy(update={"valid_until": desk.now.date()}))
    assert desk.no(AcceptQuote(rma=rma, quote=quote), anna).details["quote"] == desk.cases.sequence
    desk.does(AcceptQuote(rma=rma, quote=desk.cases.sequence), anna)


# the swap


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


# in advance


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


# the end


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


def test_cases_of_two_companies_owe_apart() -> None:
    desk = Desk()
    desk.does(grant(threshold=1))
    desk.does(grant(threshold=1, company=BORA))
    owed(desk)
    theirs = desk.files(BORAS_BOX, ben)
    desk.does(in_advance(theirs, SPARE_2))
    desk.does(swapped(theirs, SPARE_2), service)
    assert set(desk.cases.owing) == {ADRIA, BORA}
