"""Cases that are repaired, quoted or declined, and who works them (rule F5)."""

from datetime import timedelta

import pytest

from contracts.actors import Actor
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    CloseCase,
    DeclineQuote,
    QuoteRepair,
    RecordRepair,
)
from tests.support.rma.story import (
    AT,
    OTHER,
    SERIAL,
    SPARE,
    UNDELIVERED,
    Desk,
    anna,
    ben,
    clerk,
    gus,
    mia,
    order,
    receive,
    service,
    shipped,
    swapped,
)


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
