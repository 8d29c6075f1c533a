"""Who files a case, for which device, and what it says (rule F5)."""

from datetime import date, timedelta

import pytest
from immutables import Map

from contracts.actors import Actor, Device, Operator
from contracts.rma.cases import Coverage
from contracts.rma.commands import (
    CancelCase,
    FileCase,
)
from contracts.rma.events import CaseFiled
from rma.domain.ledger_view import LedgerView
from tests.support.rma.story import (
    ADRIA,
    AT,
    BORAS_BOX,
    DELIVERED_ON,
    HOTEL,
    NOON,
    OTHER,
    SERIAL,
    UNDELIVERED,
    Desk,
    anna,
    ben,
    clerk,
    gus,
    mia,
    service,
)


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
