"""The log of cases on a real broker, beside the ledger whose devices they are about."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.events.devices import DeviceAdded
from contracts.identifiers import derived_id
from contracts.licenses import DeviceLicenses
from contracts.log.entries import entry_hash
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import (
    CancelCase,
    ChargeDebt,
    CloseCase,
    FileCase,
    GrantAdvanceReplacement,
    OrderReplacement,
    ReceiveDevice,
    RecordRepair,
    RecordSwap,
    SendInAdvance,
    ShipDevice,
)
from contracts.rma.entries import source_of
from contracts.rma.events import CaseCancelled, DeviceSwapped
from contracts.topics import (
    CASE_COMMAND_TOPICS,
    CASE_COMMANDS,
    CASE_EVENTS,
    CASE_OUTCOMES,
    EVENTS,
    Topic,
)
from dev.stack.kafka import Broker
from dev.stack.settings import environment
from runtime.kafka import Producer
from runtime.trouble import Trouble
from runtime.writer_settings import WriterSettings
from tests.support.kafka_topics import topics_on
from tests.support.ledger import sending, story_members, story_replacements, story_set_aside
from tests.support.ledger.forging import forge
from tests.support.ledger.story import ADRIA, VENDOR
from tests.support.ledger.story_members import MIA, mia
from tests.support.rma import at_work
from tests.support.rma.at_work import (
    OTHER,
    PATIENCE_SECONDS,
    SERIAL,
    SERVICE,
    SPARE,
    Desk,
    anna,
    ben,
    clerk,
    replayed,
    second_clerk,
)
from tests.support.signer.process import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
LEDGERS = 15


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desks")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(broker: Broker, folder: Path) -> AsyncIterator[Iterator[Desk]]:
    async with (
        topics_on(broker, LEDGERS, roles=("ledger-writer", "rma-writer")) as topics,
        at_work.desks_at_work(topics, folder, LEDGERS) as desks,
    ):
        yield iter(desks)


@pytest.fixture
def desk(desks: Iterator[Desk]) -> Desk:
    """The desk of a ledger that no other test of this file uses."""
    return next(desks)


def shipped(rma: str) -> ShipDevice:
    return ShipDevice(rma=rma, carrier="DHL", tracking_number="1")


async def swap(desk: Desk, rma: str) -> int:
    """What the process manager does: the ledger's entry of a swap, told to the case."""
    sequence = await desk.ledger_does((story_replacements.replace(SERIAL, SPARE, rma), clerk))
    await desk.does(RecordSwap(rma=rma, replacement=SPARE, swap_sequence=sequence), SERVICE)
    return sequence


async def test_both_writers_take_snapshots_that_the_logs_bear_out(desk: Desk, folder: Path) -> None:
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    await desk.does(RecordRepair(rma=rma, finding="A fuse."))
    logs = {"ledger": {f"/ledgers/{desk.ledger}"}, "rma": {source_of(desk.ledger), f"/ledgers/{desk.ledger}"}}
    for writer, sources in logs.items():
        await until(partial(has_of, desk, folder, writer, sources), seconds=PATIENCE_SECONDS, pause=1.0)


def has_of(desk: Desk, folder: Path, writer: str, logs: set[str]) -> bool:
    found = listed(desk, folder, writer)
    assert all(usable for _, usable in found)
    return logs <= {log for log, _ in found}


def listed(desk: Desk, folder: Path, writer: str) -> list[tuple[str, bool]]:
    """What `licensingctl snapshots list` says in the place of a writer: the log of each, and whether it is usable."""
    said = (
        sending.writer_settings(folder)
        | at_work.snapshots_in(folder / f"{writer}-writer")
        | {"ledgers": desk.ledger + 1}
    )
    known = {name: said[name] for name in said if writer == "ledger" or name in WriterSettings.model_fields}
    program = Path(sys.executable).with_name("licensingctl")
    done = subprocess.run(
        [program, "--output", "json", "snapshots", "list", writer],
        env={"PATH": os.environ["PATH"]}
        | environment(desk.topics.settings(f"{writer}-writer") | {"admin_port": 0} | known),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [(one["log"], one["usable"]) for one in json.loads(done.stdout)["snapshots"]]


async def test_a_repair_from_the_request_to_its_end(desk: Desk) -> None:
    rma = await desk.files()

    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    await desk.does(RecordRepair(rma=rma, finding="A fuse was replaced."))
    await desk.does(shipped(rma))
    await desk.does(CloseCase(rma=rma))

    assert (await desk.case(rma)).state == "closed"
    assert b"fuse" not in b"".join(await desk.records(CASE_EVENTS)), "a text of staff lies beside the log"
    assert await desk.refuses(FileCase(serial="009033ffffff"), anna) == "device_unknown"
    assert await desk.refuses(FileCase(serial=SERIAL), ben) == "device_unknown"


async def test_a_replacement_moves_the_licenses_once(desk: Desk) -> None:
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    await desk.does(OrderReplacement(rma=rma, replacement=SPARE, finding="The board is burnt."))
    assert (await desk.case(rma)).state == "replacing"

    sequence = await swap(desk, rma)
    again = RecordSwap(rma=rma, replacement=SPARE, swap_sequence=sequence)
    assert await desk.refuses(again, SERVICE) == "bad_transition"
    await desk.does(shipped(rma))
    await desk.does(CloseCase(rma=rma))

    case = await desk.case(rma)
    assert (case.state, case.replacement, case.swap) == ("closed", SPARE, sequence)
    assert (await desk.view()).swaps[rma].replacement == SPARE


async def test_a_device_sent_in_advance_is_owed_until_that_very_device_is_back(desk: Desk) -> None:
    rma = await desk.files()
    advance = SendInAdvance(rma=rma, replacement=SPARE, reason="Contract.", carrier="DHL", tracking_number="1")
    assert await desk.refuses(advance) == "advance_not_entitled"
    await desk.does(GrantAdvanceReplacement(company=ADRIA, reference="SUP-9"))
    await desk.does(advance)
    await swap(desk, rma)
    assert (await desk.case(rma)).owes

    assert await desk.refuses(ReceiveDevice(rma=rma, serial=OTHER)) == "wrong_device"
    assert await desk.refuses(ChargeDebt(rma=rma, invoice="R-1")) == "bad_transition"
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))

    case = await desk.case(rma)
    assert (case.state, case.owes) == ("closed", False)
    (swapped,) = [event for event in await desk.events() if isinstance(event, DeviceSwapped)]
    assert swapped.overdue_on is not None


async def test_two_clerks_at_the_same_step_and_the_second_hears_where_the_case_is(desk: Desk) -> None:
    await desk.ledger_does((story_members.member(second_clerk.account, VENDOR, administrator=True), clerk))
    rma = await desk.files()
    receive = ReceiveDevice(rma=rma, serial=SERIAL)

    outcomes = await asyncio.gather(desk.says(receive, clerk), desk.says(receive, second_clerk))

    assert sorted(outcome.status for outcome in outcomes) == ["accepted", "rejected"]
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert (refused.code, refused.details["state"]) == ("bad_transition", "received")


async def test_two_cases_for_one_box_at_one_instant_are_one_case(desk: Desk) -> None:
    outcomes = await asyncio.gather(*(desk.says(FileCase(serial=SERIAL), anna) for _ in range(5)))

    refused = [outcome.code for outcome in outcomes if isinstance(outcome, Rejected)]
    assert refused == ["rma_open_for_device"] * 4
    assert len((await desk.cases()).cases) == 1


async def test_a_repeated_command_is_one_step(desk: Desk) -> None:
    first = await desk.says(FileCase(serial=SERIAL), anna, "a1" * 32)
    again = await desk.says(FileCase(serial=SERIAL), anna, "a1" * 32)
    other = await desk.says(FileCase(serial=OTHER), anna, "a1" * 32)

    assert isinstance(first, Accepted) and isinstance(again, Accepted)  # noqa: PT018 - one thing
    assert (again.sequence, again.repeated) == (first.sequence, True)
    assert isinstance(other, Rejected) and other.code == "idempotency_key_reused"  # noqa: PT018 - one thing


async def test_a_right_that_was_just_granted_works_and_one_that_was_revoked_does_not(desk: Desk) -> None:
    """The writer reads the ledger up to its end before each decision, so no clock and no pause is needed."""
    file, cancel = FileCase(serial=SERIAL), (await desk.files(OTHER))
    await desk.ledger_does((story_members.member(), anna))
    assert await desk.refuses(file, mia) == "no_right"

    for _ in range(5):
        await desk.ledger_does((story_members.grant(MIA, ADRIA, "rma"), anna))
        await desk.does(CancelCase(rma=await desk.files(actor=mia)), mia)
        await desk.ledger_does((story_members.revoke(MIA, ADRIA, "rma", "view"), anna))
        assert await desk.refuses(file, mia) == "no_right"
        assert await desk.refuses(CancelCase(rma=cancel), mia) == "no_right"


async def test_an_unlawful_entry_stops_the_cases_of_its_ledger_only_until_it_is_set_aside(
    desk: Desk, desks: Iterator[Desk]
) -> None:
    other = next(desks)
    second = story_members.member(MIA, VENDOR, administrator=True)
    await desk.ledger_does((second, clerk))
    rma = await desk.files()
    nowhere = DeviceLicenses(serial=SPARE, project=derived_id("x", "project"), generation=1, issue=1, licenses=())
    forged = await forge(desk.topics, DeviceAdded(company=ADRIA, device=nowhere), desk.ledger)
    sequence = (await desk.view()).sequence

    with pytest.raises(Trouble) as behind:
        await desk.ask_once(CASE_COMMANDS, CancelCase(rma=rma), anna)
    assert behind.value.code == "ledger_view_behind"
    await other.does(CancelCase(rma=await other.files()), anna)

    propose = story_set_aside.propose((sequence, entry_hash(forged)), law="project_unknown")
    await desk.ledger_does((propose, clerk), (story_set_aside.approve(), second_clerk))
    await desk.does(CancelCase(rma=rma), anna)
    (cancelled,) = [event for event in await desk.events() if isinstance(event, CaseCancelled)]
    assert cancelled.ledger_sequence == sequence + 2, "an entry that does not count keeps its place"


async def test_replay_from_nothing_equals(desk: Desk) -> None:
    rma = await desk.files()
    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))
    values = await desk.records(CASE_EVENTS)

    once, twice = replayed(values, desk.ledger), replayed([*values, *values], desk.ledger)

    assert once.state == twice.state
    assert once.chain == twice.chain
    assert once.chain.sequence == 2


@pytest.mark.parametrize("topic", [*CASE_COMMAND_TOPICS, CASE_EVENTS, CASE_OUTCOMES], ids=lambda topic: topic.name)
async def test_junk_on_a_topic_changes_nothing(desk: Desk, topic: Topic) -> None:
    rma = await desk.files()
    values = await desk.records(CASE_EVENTS)
    foreign = (await desk.records(EVENTS))[0]
    number = desk.ledger % topic.partitions if topic is CASE_OUTCOMES else desk.ledger
    async with Producer(desk.topics.connection(), client_id="somebody") as producer:
        junk = [(b"0", value, ()) for value in (b"", b"\xff", b"{}", b"x" * 90_000, foreign, values[0], values[0][:-9])]
        await producer.send_many(desk.topics.name(topic), number, junk)

    await desk.does(ReceiveDevice(rma=rma, serial=SERIAL))

    assert (await desk.case(rma)).state == "received"
    assert len(await desk.events()) == 2
