"""The process manager beside a log of cases in memory: what it sends, when, and what it does about trouble."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from contracts.commands.replacements import ReplaceDevice
from contracts.log.envelope import GENESIS, entry_hash
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import CloseCase, MarkOverdue, RecordSwapRefusal, RemindOfReturn
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import CaseEvent
from rma.application.managing import case_manager
from rma.application.managing.case_manager import CaseManager
from rma.application.managing.owed_devices import show_owed
from rma.domain.duties import Duty
from runtime.kafka import Record
from runtime.logs import ids
from runtime.trouble import Trouble
from tests.support.eventlog.driving import until
from tests.support.rma.story import NOON, SPARE, Desk, grant, order, owed, receive, service, shipped, swapped


@dataclass
class Told:
    """Implements Sender: remembers what it was asked to send, refuses what `refusals` name, and is `away` so often."""

    duties: list[Duty] = field(default_factory=list[Duty])
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    away: int = 0
    named: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    """How a line that was said meanwhile would name what it is about."""
    traces: list[str | None] = field(default_factory=list[str | None])

    async def send(self, duty: Duty, *, ledger: int, rma: str, traceparent: str | None) -> Accepted | Rejected:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise Trouble("no broker answers")
        self.duties.append(duty)
        self.named.append(ids())
        self.traces.append(traceparent)
        said = {"command_id": duty.command_id(ledger, rma), "command_hash": "a" * 64, "reply_to": "rma"}
        if code := self.refusals.get(duty.command.name):
            return Rejected.model_validate({**said, "ledger": ledger, "code": code})
        return Accepted.model_validate({**said, "ledger": ledger, "sequence": 1})

    @property
    def commands(self) -> list[object]:
        return [duty.command for duty in self.duties]


class Office:
    """A desk whose events the manager reads, as a follower of the log gives them to it.

    Where it `does` so, what the manager sends is done at the desk.
    """

    def __init__(self, *, does: bool = False, traceparent: str | None = None) -> None:
        self.traceparent = traceparent
        self.desk, self.told = Desk(), TheWriter(self) if does else Told()
        self.manager = CaseManager(0, self.told, lambda: self.desk.now)
        self.manager.is_up_to_date = lambda: self.up_to_date
        self.up_to_date = True
        self._read, self._head = 0, GENESIS

    async def read(self) -> None:
        """Let the manager have what happened at the desk."""
        for event in self.desk.events[self._read :]:
            self._read += 1
            value = RMA_ENTRIES.encode(
                event,
                source=source_of(0),
                sequence=self._read,
                prev=self._head,
                at=self.desk.now,
                command_id="a" * 64,
                command_hash="a" * 64,
                actor="service:rma",
                correlation_id="test",
                traceparent=self.traceparent,
            )
            self._head = entry_hash(value)
            await self.manager.cases.apply([Record("events", 0, self._read - 1, None, value, (), 0)])

    async def an_ordered_replacement(self) -> str:
        rma = self.desk.files()
        self.desk.does(receive(rma))
        self.desk.does(order(rma))
        await self.read()
        return rma


@asynccontextmanager
async def at_work(office: Office) -> AsyncGenerator[None]:
    task = asyncio.create_task(office.manager.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_manager, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(case_manager, "LOOK_SECONDS", 0.01)


async def test_what_was_ordered_is_asked_of_the_ledger_once_for_each_entry_that_comes() -> None:
    office = Office()
    async with at_work(office):
        rma = await office.an_ordered_replacement()
        await until(lambda: bool(office.told.duties))
    (command,) = office.told.commands
    assert isinstance(command, ReplaceDevice)
    assert (command.rma, command.replacement) == (rma, SPARE)


async def test_what_the_ledger_refuses_is_told_to_the_case() -> None:
    office = Office()
    office.told.refusals["replace-device"] = "replacement_not_blank"
    async with at_work(office):
        rma = await office.an_ordered_replacement()
        await until(lambda: len(office.told.duties) == 2)
    assert office.told.commands[1] == RecordSwapRefusal(rma=rma, replacement=SPARE, code="replacement_not_blank")


async def test_what_waits_is_named_and_done_when_the_trouble_is_over_under_the_same_id() -> None:
    office = Office()
    office.told.away = 3
    async with at_work(office):
        rma = await office.an_ordered_replacement()
        await until(lambda: office.manager.trouble == "no broker answers")
        await until(lambda: bool(office.told.duties))
        await until(lambda: office.manager.trouble == "")
    (duty,) = office.told.duties
    assert office.manager.cases.state.cases[rma].state == "replacing"
    assert duty.about == "3", "the entry that ordered it"


async def test_nothing_is_done_before_both_logs_are_read() -> None:
    office = Office()
    office.up_to_date = False
    async with at_work(office):
        await office.an_ordered_replacement()
        await asyncio.sleep(0.05)
        assert office.told.duties == []
        office.up_to_date = True
        await until(lambda: bool(office.told.duties))


async def test_a_new_day_brings_what_falls_due_on_it_to_every_case_that_is_watched() -> None:
    office = Office()
    office.desk.does(grant())
    owing = owed(office.desk)
    await office.read()
    async with at_work(office):
        await asyncio.sleep(0.05)
        assert office.told.duties == []
        office.desk.now = NOON + timedelta(days=23)
        await until(lambda: bool(office.told.duties))
        await asyncio.sleep(0.05)
    assert office.told.commands == [RemindOfReturn(rma=owing, days=7)]


async def test_what_customers_owe_is_counted_when_somebody_asks() -> None:
    office = Office()
    show_owed(7, office.manager.cases)
    assert [_owed_in(state) for state in ("replacing", "replacement_shipped", "overdue")] == [0, 0, 0]
    office.desk.does(grant())
    owed(office.desk)
    await office.read()
    assert [_owed_in(state) for state in ("replacing", "replacement_shipped", "overdue")] == [0, 1, 0]


def _owed_in(state: str) -> float | None:
    return REGISTRY.get_sample_value("licensing_rma_owed_devices", {"ledger": "7", "state": state})


async def test_a_duty_and_the_lines_about_it_are_of_the_trace_of_the_entry_that_brings_it() -> None:
    office = Office(traceparent=f"00-{'c' * 32}-{'d' * 16}-01")
    async with at_work(office):
        rma = await office.an_ordered_replacement()
        await until(lambda: bool(office.told.duties))
    assert office.told.traces == [office.traceparent]
    assert office.told.named == [{"trace_id": "c" * 32, "correlation_id": rma}]


async def test_one_case_that_waits_keeps_no_other_one_waiting() -> None:
    office = Office()
    office.told.away = 1
    async with at_work(office):
        await office.an_ordered_replacement()
        second = office.desk.files("009033010201")
        office.desk.does(receive(second, "009033010201"))
        office.desk.does(order(second, "009033010298"))
        await office.read()
        await until(lambda: len({duty.command_id(0, "") for duty in office.told.duties}) == 2)


async def test_where_the_writer_is_not_at_the_new_day_yet_it_is_asked_again() -> None:
    office = Office()
    office.desk.does(grant())
    owed(office.desk)
    await office.read()
    office.told.refusals["remind-of-return"] = "not_due"
    office.desk.now = NOON + timedelta(days=23)
    async with at_work(office):
        await until(lambda: len(office.told.duties) > 1)
        office.told.refusals.clear()
        await asyncio.sleep(0.05)
        said = len(office.told.duties)
        await asyncio.sleep(0.05)
    assert len(office.told.duties) == said, "it was accepted"


class TheWriter(Told):
    """Does at the desk what it is sent, and lets the manager read it."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office

    async def send(self, duty: Duty, *, ledger: int, rma: str, traceparent: str | None) -> Accepted | Rejected:
        assert isinstance(duty.command, RemindOfReturn | MarkOverdue | CloseCase)
        self.office.desk.does(duty.command, service)
        await self.office.read()
        return await super().send(duty, ledger=ledger, rma=rma, traceparent=traceparent)


async def a_month_of_cases(office: Office, cases: int) -> tuple[set[str], set[str]]:
    """Day after day some broken devices come to be owed, and others are sent back; the cases of both."""
    desk, owing, sent = office.desk, set[str](), set[str]()
    desk.does(grant(threshold=100))
    for number in range(cases):
        desk.now = NOON + timedelta(days=30 * number // cases)
        serial, spare = f"009033{number:06x}", f"0090334{number:05x}"
        desk.gets(serial)
        if number % 2:
            owing.add(owed(desk, serial, spare))
        else:
            sent.add(rma := desk.files(serial))
            desk.does(receive(rma, serial))
            desk.does(order(rma, spare))
            desk.does(swapped(rma, spare), service)
            desk.does(shipped(rma))
        await office.read()
    return owing, sent


async def test_after_months_of_sleep_the_timers_of_all_cases_fire_once_and_in_their_order() -> None:
    office = Office(does=True)
    owing, sent = await a_month_of_cases(office, 150)
    told = len(office.desk.events)
    office.desk.now = NOON + timedelta(days=75)
    async with at_work(office):
        await until(lambda: len(office.told.duties) >= 3 * len(owing) + len(sent))
        await asyncio.sleep(0.05)

    steps: dict[str, list[str]] = {}
    for event in office.desk.events[told:]:
        assert isinstance(event, CaseEvent)
        steps.setdefault(event.rma, []).append(f"{event.step} {getattr(event, 'days', '')}".strip())
    assert steps == {
        **{rma: ["remind 7", "remind 1", "overdue"] for rma in owing},
        **{rma: ["close"] for rma in sent},
    }
