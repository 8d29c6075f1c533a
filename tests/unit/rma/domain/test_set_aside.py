"""Entries of cases set aside: by two of the staff, and only what is there and breaks a law (ADR 18)."""

from typing import NamedTuple

import pytest

from contracts.actors import Account, Actor
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.log.envelope import entry_hash
from contracts.log.stop import UnlawfulEntryError
from contracts.rma.commands import RmaCommandRecord
from contracts.rma.events import CaseEntriesSetAside, CaseFiled, CaseSettingAsideProposed
from rma.application.writing.case_log import CaseReplica, ReceivedCommand, case_log
from rma.domain.lawful import require_lawful
from rma.domain.ledger_view import LedgerView
from runtime.eventlog.log_replica import PassedOver, ReadAgain
from tests.support.ledger.story_set_aside import DECISION, HASH, approve, propose
from tests.support.rma import story
from tests.support.rma.at_work import replayed
from tests.support.rma.case_log import CaseLog
from tests.support.rma.story import Desk, second_clerk, two_clerks


class Known(NamedTuple):
    """A ledger as the log of cases has it."""

    state: LedgerView
    trouble: str = ""


def one_case() -> Desk:
    """Filed as entry 1, at a desk of two clerks."""
    desk = two_clerks()
    desk.files()
    return desk


def proposal(*entries: tuple[int, str], law: str = "step_wrong") -> ProposeSettingAside:
    return propose(*entries, law=law)


def test_what_one_clerk_proposes_another_one_approves() -> None:
    desk = one_case()
    proposed = desk.does(proposal())
    decided = desk.does(approve(), second_clerk)
    assert isinstance(proposed, CaseSettingAsideProposed)
    assert isinstance(decided, CaseEntriesSetAside)
    assert (decided.entries, decided.proposed_by, decided.approved_by) == (proposed.entries, story.CLERK, story.SECOND)
    assert decided.ledger_sequence == story.AT


def test_nobody_approves_what_they_proposed() -> None:
    desk = one_case()
    desk.does(proposal())
    assert desk.no(approve()).code == "second_person_needed"


def test_a_decision_is_proposed_once_and_approved_once() -> None:
    desk = one_case()
    desk.does(proposal())
    assert desk.no(proposal(), second_clerk).code == "decision_exists"
    desk.does(approve(), second_clerk)
    assert desk.no(approve()).code == "decision_unknown"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (proposal((2, HASH)), "entry_unknown"),
        (proposal((1, HASH), (1, HASH)), "entry_unknown"),
        (proposal(law="account_negative"), "entry_lawful"),
    ],
)
def test_it_names_what_is_there_and_a_law_of_cases(command: ProposeSettingAside, code: str) -> None:
    assert one_case().no(command).code == code


@pytest.mark.parametrize("command", [proposal(), approve()])
@pytest.mark.parametrize("actor", [story.anna, story.ben, story.service])
def test_only_staff_decides(actor: Actor, command: ProposeSettingAside | ApproveSettingAside) -> None:
    assert one_case().no(command, actor).code == "no_right"


def a_decision(desk: Desk) -> CaseEntriesSetAside:
    desk.does(proposal())
    decided = desk.says(approve(), second_clerk)
    assert isinstance(decided, CaseEntriesSetAside)
    return decided


@pytest.mark.parametrize(
    "changes",
    [{"approved_by": story.CLERK}, {"law": "case_exists"}, {"decision": story.HOTEL}, {"proposed_by": story.SECOND}],
)
def test_a_forged_decision_that_is_not_of_two_clerks_is_unlawful(changes: dict[str, str]) -> None:
    desk = one_case()
    decided = a_decision(desk)
    require_lawful(desk.cases, decided)
    with pytest.raises(UnlawfulEntryError):
        require_lawful(desk.cases, decided.model_copy(update=changes))


def test_a_reader_that_has_stopped_begins_again_and_passes_the_entry_over() -> None:
    desk = one_case()
    (filed,) = desk.events
    assert isinstance(filed, CaseFiled)
    log = CaseLog()
    log.add(filed, filed)
    stopped = replayed(log.values)
    assert stopped.stopped is not None
    assert stopped.stopped.law == "case_exists"
    named = (2, entry_hash(log.values[1]))
    desk.cases = stopped.state
    log.add(desk.does(proposal(named, law="case_exists")), desk.does(approve(), second_clerk))

    *_, again = [stopped.read(value) for value in log.values[2:]]
    assert again == ReadAgain(dict([named]))

    fresh = CaseReplica.of(stopped.log, dict([named]))
    assert [fresh.read(value) for value in log.values][1] == PassedOver(2)
    assert (fresh.stopped, fresh.state.filed, fresh.state.sequence) == (None, 1, 4)
    assert fresh.state.set_asides[DECISION] is None


@pytest.mark.parametrize(("actor", "is_tried"), [(second_clerk, True), (story.clerk, False), (story.anna, False)])
def test_only_for_a_second_person_the_log_is_read_without_the_entry(actor: Account, is_tried: bool) -> None:
    desk = one_case()
    desk.does(proposal())
    about = case_log(0, Known(desk.ledger)).set_aside
    assert about is not None
    record = RmaCommandRecord(command_id=HASH, actor=actor, reply_to="test", correlation_id="test", command=approve())
    assert (about.would_exclude(desk.cases, ReceivedCommand.unproven(record)) is not None) == is_tried
