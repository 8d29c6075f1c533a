"""Cases across devices, companies and months, against a model that reads all events again each time."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.actors import Actor
from contracts.log.envelope import Entry
from contracts.rma.cases import Step
from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclareUnrepairable,
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
    StepCommand,
    WithdrawAdvanceReplacement,
)
from contracts.rma.events import (
    AdvanceReplacementGranted,
    AdvanceReplacementOrdered,
    AdvanceReplacementWithdrawn,
    CaseEvent,
    CaseFiled,
    DeviceReceived,
    DeviceSwapped,
    RmaEvent,
)
from rma.application.writing.case_log import CaseReplica, case_log
from rma.domain.decisions import AlreadyDone, Rejection
from rma.domain.steps import Role, possible, roles_of
from tests.support.eventlog.snapshots import known, through_a_snapshot
from tests.support.laws import examples
from tests.support.rma.at_work import ONLY_READ
from tests.support.rma.case_log import CaseLog
from tests.support.rma.story import (
    ADRIA,
    BORA,
    BORAS_BOX,
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
    service,
)

SNAPSHOT_EVERY = 9
"""Entries: the history begins in several snapshots again, and reads on."""
SERIALS = (SERIAL, OTHER, UNDELIVERED, BORAS_BOX)
ACTORS: tuple[Actor, ...] = (anna, ben, gus, clerk, service)
serials, actors, spares = st.sampled_from(SERIALS), st.sampled_from(ACTORS), st.sampled_from((SPARE, SPARE_2))
moves = st.lists(st.tuples(st.integers(0, 9), st.sampled_from((0, 1, 24, 31))), max_size=8)
numbers = st.integers(1, 6).map(lambda number: f"RMA-2026-{number:06}")


def _steps(rma: str, spare: str, serial: str, day: date, quote: int) -> tuple[StepCommand, ...]:
    return (
        CancelCase(rma=rma),
        ReceiveDevice(rma=rma, serial=serial),
        QuoteRepair(rma=rma, cents=100, currency="EUR", valid_until=day),
        AcceptQuote(rma=rma, quote=quote),
        DeclineQuote(rma=rma, quote=quote),
        RecordRepair(rma=rma, finding="A fuse."),
        DeclareUnrepairable(rma=rma, finding="Lightning."),
        OrderReplacement(rma=rma, replacement=spare, finding="Burnt."),
        SendInAdvance(rma=rma, replacement=spare, reason="Contract.", carrier="DHL", tracking_number="1"),
        RecordSwap(rma=rma, replacement=spare, swap_sequence=80),
        RecordSwapRefusal(rma=rma, replacement=spare, code="model_mismatch"),
        ShipDevice(rma=rma, carrier="DHL", tracking_number="1"),
        RemindOfReturn(rma=rma, days=7),
        RemindOfReturn(rma=rma, days=1),
        MarkOverdue(rma=rma),
        ChargeDebt(rma=rma, invoice="INV-1"),
        CloseCase(rma=rma),
        ReopenCase(rma=rma, reason="Came back."),
    )


class NaiveModel:
    """What holds across cases, from all events at once."""

    def __init__(self, events: list[RmaEvent]) -> None:
        self.filed = {event.rma: event for event in events if isinstance(event, CaseFiled)}
        self.states = {event.rma: event.state for event in events if isinstance(event, CaseEvent)}
        self.thresholds: dict[str, int] = {}
        in_advance = set[str]()
        for event in events:
            match event:
                case AdvanceReplacementGranted():
                    self.thresholds[event.company] = event.threshold
                case AdvanceReplacementWithdrawn():
                    del self.thresholds[event.company]
                case AdvanceReplacementOrdered():
                    in_advance.add(event.rma)
                case DeviceSwapped() if event.overdue_on:
                    in_advance.add(event.rma)
                case DeviceReceived(state="received"):
                    in_advance.discard(event.rma)
                case _:
                    pass
        outstanding = {"replacing", "replacement_shipped", "overdue"}
        self.owing = {rma for rma in in_advance if self.states[rma] in outstanding}

    def open_cases(self, serial: str) -> list[str]:
        ended = {"closed", "cancelled"}
        return [rma for rma, filed in self.filed.items() if filed.serial == serial and self.states[rma] not in ended]

    def owed_by(self, company: str) -> set[str]:
        return {rma for rma in self.owing if self.filed[rma].company == company}


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.log: list[tuple[RmaEvent, Any]] = []

    def _says(self, command: Any, actor: Actor) -> RmaEvent | Rejection:
        decision = self.desk.says(command, actor)
        assert not isinstance(decision, AlreadyDone)
        if not isinstance(decision, Rejection):
            self.log.append((self.desk.does(command, actor), self.desk.now))
        return decision

    @initialize()
    def begin(self) -> None:
        """Each device has a case, and Adria may owe two devices."""
        self.entitle(ADRIA, 2)
        for serial in SERIALS:
            self.file(serial, ben if serial == BORAS_BOX else anna)

    @rule(serial=serials, actor=actors)
    def file(self, serial: str, actor: Actor) -> None:
        before = NaiveModel(self.desk.events)
        decision = self._says(FileCase(serial=serial), actor)
        allowed = actor in ((ben,) if serial == BORAS_BOX else (anna, gus))
        assert isinstance(decision, CaseFiled) == (allowed and not before.open_cases(serial))

    @rule(company=st.sampled_from((ADRIA, BORA)), threshold=st.integers(0, 2))
    def entitle(self, company: str, threshold: int) -> None:
        """Without a threshold the entitlement ends."""
        grant = GrantAdvanceReplacement(company=company, threshold=max(1, threshold), reference="SUP-1")
        end = WithdrawAdvanceReplacement(company=company, reason="Ended.", reference="SUP-1")
        self._says(grant if threshold else end, clerk)

    @rule(rma=numbers, which=st.integers(0, 17), spare=spares, serial=serials, actor=actors, days=st.integers(-1, 20))
    def anything(self, rma: str, which: int, spare: str, serial: str, actor: Actor, days: int) -> None:
        self._step(rma, which, spare, serial, actor, days)

    @rule(which=st.integers(0, 3), moves=moves)
    def go_on(self, which: int, moves: list[tuple[int, int]]) -> None:
        """Steps of one case that the table allows, by whoever may do them, so that cases get far."""
        for choice, wait in moves:
            self.desk.later(wait)
            rma = sorted(self.desk.cases.cases)[-1 - which]
            case = self.desk.case(rma)
            steps: list[Step] = [
                one
                for one in possible(case.state, case.conditions, ("staff", "requester", "service"))
                if one != "swapped" or case.state == "replacing"
            ]
            self._take(rma, steps[choice % len(steps)], wait)

    def _take(self, rma: str, step: Step, wait: int) -> None:
        case = self.desk.case(rma)
        requester = ben if case.serial == BORAS_BOX else anna
        by_role: dict[Role, Actor] = {"requester": requester, "service": service, "staff": clerk}
        actor = by_role[max(roles_of(step))]
        spare = case.replacement if step in ("swapped", "swap_refused") and case.replacement else SPARE
        commands = enumerate(_steps(rma, spare, spare, self.desk.now.date(), 1))
        which = [index for index, command in commands if command.step == step]
        self._step(rma, which[wait % len(which)], spare, case.serial, actor, 5)

    def _step(self, rma: str, which: int, spare: str, serial: str, actor: Actor, days: int) -> None:
        model, case = NaiveModel(self.desk.events), self.desk.cases.cases.get(rma)
        quote = case.quote.sequence if case and case.quote else 1
        command = _steps(rma, spare, serial, self.desk.now.date() + timedelta(days=days), quote)[which]
        decision = self._says(command, actor)
        if isinstance(decision, AdvanceReplacementOrdered):
            company = decision.company
            assert len(model.owed_by(company)) < model.thresholds[company]

    @invariant()
    def holds_across_cases(self) -> None:
        model, cases = NaiveModel(self.desk.events), self.desk.cases
        assert all(len(model.open_cases(serial)) <= 1 for serial in SERIALS)
        assert dict(cases.open) == {serial: one for serial in SERIALS for one in model.open_cases(serial)}
        assert {rma: case.state for rma, case in cases.cases.items()} == model.states
        assert dict(cases.thresholds) == model.thresholds
        owing = {company: model.owed_by(company) for company in (ADRIA, BORA)}
        assert {company: set(rmas) for company, rmas in cases.owing.items()} == {c: r for c, r in owing.items() if r}
        swaps = [event.rma for event in self.desk.events if isinstance(event, DeviceSwapped)]
        assert len(swaps) == len(set(swaps))

    def teardown(self) -> None:
        log = CaseLog()
        for event, at in self.log:
            log.add(event, at=at)
        replayed = restored = CaseReplica.of(case_log(0, ONLY_READ))
        for offset, value in enumerate(log.values):
            assert isinstance(replayed.read(value, offset), Entry)
            if restored is not replayed:
                restored.read(value, offset)
            if offset % SNAPSHOT_EVERY == 0:
                restored = through_a_snapshot(replayed)
        assert replayed.state == self.desk.cases
        assert known(restored) == known(replayed)


Histories.TestCase.settings = type(Histories.TestCase.settings)(
    Histories.TestCase.settings, max_examples=examples(40), stateful_step_count=60
)


def test_what_holds_across_cases_holds_after_every_step() -> None:
    Histories.TestCase("runTest").runTest()
