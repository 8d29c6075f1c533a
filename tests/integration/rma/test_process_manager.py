"""What falls due by itself is done once, by the real process manager beside both writers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from contracts.accounts import device_account
from contracts.actors import Service
from contracts.commands.replacements import ReplaceDevice
from contracts.dates import civil_day
from contracts.events.replacements import DeviceReplaced
from contracts.log.chain import LedgerChain
from contracts.log.entries import Entry
from contracts.outcomes import Rejected
from contracts.rma.commands import (
    CancelCase,
    GrantAdvanceReplacement,
    OrderReplacement,
    ReceiveDevice,
    SendInAdvance,
)
from contracts.rma.events import DeviceSwapped, ReturnOverdue, ReturnReminded, SwapRefused
from contracts.topics import CASE_COMMANDS, CASE_SERVICE_COMMANDS, EVENTS, RMA_COMMANDS
from dev.stack.kafka import Broker
from runtime import tracing
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.collector import a_collector, ancestries, traced
from tests.support.kafka_topics import topics_on
from tests.support.ledger import story, story_catalog, story_replacements
from tests.support.ledger.story import ADRIA, HOTEL
from tests.support.rma import at_work
from tests.support.rma.api_at_work import a_projector, an_api, projector_settings
from tests.support.rma.at_work import OTHER, SERIAL, SERVICE, SPARE, SPARE_2, Desk, anna, clerk

HOSTILE = "=cmd|{{7*7}}<img src=x onerror=alert(2)>\"'"
"""A formula, a template, markup and the end of an attribute: kept and told as it was typed."""
pytestmark = pytest.mark.asyncio(loop_scope="module")
LEDGERS = 8


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Iterator[Desk]]:
    async with (
        topics_on(broker, LEDGERS) as topics,
        at_work.desks_at_work(topics, tmp_path_factory.mktemp("desks"), LEDGERS, managed=True) as desks,
    ):
        yield iter(desks)


@pytest.fixture
def desk(desks: Iterator[Desk]) -> Desk:
    """The desk of a ledger that no other test of this file uses."""
    return next(desks)


async def ordered(desk: Desk, replacement: str = SPARE) -> str:
    """A case whose box has arrived and is to be replaced."""
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    await desk.does(OrderReplacement(rma=rma, replacement=replacement, finding="The board is burnt."))
    return rma


async def swaps(desk: Desk) -> list[Entry[DeviceReplaced]]:
    """The entries of the ledger that replace a device."""
    chain = LedgerChain(desk.ledger)
    entries = [chain.accept(value) for value in await desk.records(EVENTS)]
    swapped = [entry for entry in entries if isinstance(entry, Entry) and isinstance(entry.data, DeviceReplaced)]
    return cast("list[Entry[DeviceReplaced]]", swapped)


async def test_an_ordered_replacement_is_swapped_by_the_ledger_and_told_to_the_case(desk: Desk) -> None:
    rma = await ordered(desk)

    case = await desk.until(rma, "replaced")

    (swap,) = await swaps(desk)
    assert (swap.actor, swap.data.rma, swap.data.device.serial) == ("service:rma", rma, SPARE)
    assert (case.swap, case.replacement) == (swap.sequence, SPARE)
    assert swap.data.reason.startswith("sha256:"), "the finding lies beside the log of cases"
    (told,) = [event for event in await desk.events() if isinstance(event, DeviceSwapped)]
    assert not told.direct


async def test_one_trace_follows_a_replacement_from_its_order_to_the_swap_that_the_case_tells(desk: Desk) -> None:
    ordered = f"ask > send {desk.topics.name(CASE_COMMANDS)} > decide order-replacement"
    swapped = f"{ordered} > send {desk.topics.name(RMA_COMMANDS)} > decide replace-device"
    told = f"{swapped} > send {desk.topics.name(CASE_SERVICE_COMMANDS)} > decide record-swap"
    names = told.split(" > ")
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))

    with a_collector() as collector, traced("everything", collector.settings()):
        asked = tracing.start("ask", "internal")
        assert asked is not None
        with tracing.during(asked):
            await desk.does(OrderReplacement(rma=rma, replacement=SPARE, finding="The board is burnt."))
        trace = asked.ids["trace_id"]
        await asyncio.to_thread(collector.wait_for, lambda one: len(one.trace(trace)) >= len(names))

    assert ancestries(collector.trace(trace)) == [" > ".join(names[:more]) for more in range(1, len(names) + 1)]
    assert SERIAL not in str(collector.spans)


async def test_the_signer_takes_the_swap_and_no_second_one_under_the_number(desk: Desk) -> None:
    rma = await ordered(desk)
    await desk.until(rma, "replaced")
    (swap,) = await swaps(desk)
    books, chain = VerifiedLedger(), LedgerChain(desk.ledger)

    for value in await desk.records(EVENTS):
        entry = chain.accept(value)
        assert isinstance(entry, Entry)
        post(books, entry.data)

    assert books.balance(device_account(SPARE)) == {"Port11": 20}
    with pytest.raises(LawBrokenError, match="has replaced a device before"):
        post(books, swap.data)


async def test_a_replacement_in_advance_is_owed_once_it_is_swapped(desk: Desk) -> None:
    rma = await desk.files()
    await desk.does(GrantAdvanceReplacement(company=ADRIA, reference="SUP-9"))
    advance = SendInAdvance(rma=rma, replacement=SPARE, reason="Contract.", carrier="DHL", tracking_number="1")
    await desk.does(advance)

    case = await desk.until(rma, "replacement_shipped")

    assert case.owes
    assert case.overdue_on == at_work.days_ago(-30)


async def test_what_the_ledger_refuses_comes_back_into_the_case_and_the_clerk_takes_another_box(desk: Desk) -> None:
    rma = await ordered(desk, replacement=OTHER)

    await desk.until(rma, "swap_refused")
    (refused,) = [event for event in await desk.events() if isinstance(event, SwapRefused)]
    assert (refused.code, refused.replacement) == ("replacement_not_blank", OTHER)

    await desk.does(OrderReplacement(rma=rma, replacement=OTHER, finding="The board is burnt."))
    await desk.until(rma, "swap_refused")
    await desk.does(OrderReplacement(rma=rma, replacement=SPARE_2, finding="The board is burnt."))
    await desk.until(rma, "replaced")
    assert len(await swaps(desk)) == 1


async def test_a_swap_that_staff_commands_in_the_ledger_shows_in_the_case(desk: Desk) -> None:
    rma = await desk.files()

    await desk.ledger_does((story_replacements.replace(SERIAL, SPARE, rma), clerk))

    await desk.until(rma, "replacement_shipped")
    (told,) = [event for event in await desk.events() if isinstance(event, DeviceSwapped)]
    assert told.direct


async def test_the_ledger_lets_the_service_swap_exactly_what_was_ordered_and_nothing_else(desk: Desk) -> None:
    """A stolen process manager: no case, another box than ordered, an order that is over, another service's name."""
    rma = await desk.files()

    async def asks(command: ReplaceDevice, actor: Service = SERVICE) -> str:
        outcome = await desk.ask(RMA_COMMANDS, command, actor)
        return outcome.code if isinstance(outcome, Rejected) else outcome.status

    replace = story_replacements.replace
    assert await asks(replace(SERIAL, SPARE, "RMA-2026-999999")) == "replacement_not_ordered"
    assert await asks(replace(SERIAL, SPARE, rma)) == "replacement_not_ordered"
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    await desk.does(OrderReplacement(rma=rma, replacement=OTHER, finding="The board is burnt."))
    assert await asks(replace(SERIAL, SPARE, rma)) == "replacement_not_ordered"
    assert await asks(replace(OTHER, SPARE, rma)) == "replacement_not_ordered"
    await desk.until(rma, "swap_refused")
    assert await asks(replace(SERIAL, OTHER, rma)) == "replacement_not_ordered", "the order was over with the refusal"
    assert await asks(replace(SERIAL, SPARE, rma), Service(name="portal")) == "no_right"
    assert await swaps(desk) == []


async def test_cases_that_are_due_at_once_are_each_swapped_once(desk: Desk) -> None:
    serials, spares = ([f"009033{kind}0{n:04x}" for n in range(10)] for kind in (4, 5))
    boxes = [story_catalog.delivered(serial, on=at_work.days_ago(40)) for serial in (*serials, *spares)]
    await desk.ledger_does((story_catalog.register(*boxes), clerk), *((story.add(serial), anna) for serial in serials))

    async def one(serial: str, spare: str) -> None:
        rma = await desk.files(serial)
        await desk.does(ReceiveDevice(rma=rma, serial=serial))
        await desk.does(OrderReplacement(rma=rma, replacement=spare, finding="The board is burnt."))
        await desk.until(rma, "replaced")

    await asyncio.gather(*map(one, serials, spares))

    assert sorted(swap.data.device.serial for swap in await swaps(desk)) == spares


async def test_what_fell_due_while_the_service_slept_is_done_in_order_and_once_and_is_charged_over_http(
    broker: Broker, fresh_database_url: str, tmp_path: Path
) -> None:
    days_ago = 40

    def clock() -> datetime:
        return at_work.utc_now() - timedelta(days=days_ago)

    async with (
        topics_on(broker) as topics,
        at_work.desks_at_work(topics, tmp_path, managed=True, clock=clock) as (desk,),
    ):
        await desk.does(GrantAdvanceReplacement(company=ADRIA, reference="SUP-9"))
        rma = await desk.files()
        advance = SendInAdvance(rma=rma, replacement=SPARE, reason="Contract.", carrier="DHL", tracking_number="1")
        await desk.does(advance)
        await desk.until(rma, "replacement_shipped")
        sent_on = civil_day(clock())
        days_ago = 0
        await desk.does(CancelCase(rma=await desk.files(OTHER)))  # an entry, so that it looks at the day at once

        case = await desk.until(rma, "overdue")

        told = [event for event in await desk.events() if isinstance(event, ReturnReminded | ReturnOverdue)]
        assert [getattr(event, "days", None) for event in told] == [7, 1, None]
        assert case.overdue_on == sent_on + timedelta(days=30)
        assert (await desk.view()).devices[SPARE] == HOTEL, "the licenses stay where they are"
        async with (
            a_projector(projector_settings(topics, fresh_database_url, tmp_path)),
            an_api(desk, fresh_database_url, tmp_path) as api,
        ):
            assert (await api.until(rma, "overdue"))["expected"] == "charge"
            charged = await api.does(rma, "charge", {"invoice": HOSTILE})
            closed = await api.case(rma, at_least=charged)
            assert (closed["state"], closed["invoice"]) == ("closed", HOSTILE)
            assert (await api.asked(f"companies/{ADRIA}/advance-replacement"))["owed"] == []
