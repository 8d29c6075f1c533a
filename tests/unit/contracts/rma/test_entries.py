"""Entries of the log of cases: what was written once is read, and written, for ever."""

import hashlib
import json
from pathlib import Path
from typing import get_args

import pytest

from contracts.log.entries import LEDGER_ENTRIES
from contracts.log.envelope import NotAnEntryError
from contracts.log.hash_chain import HashChain, Orphan
from contracts.publishing import reference
from contracts.rma.cases import Step
from contracts.rma.commands import COMMAND_TYPES, CaseCommand, RmaCommandRecord
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import EVENT_TYPES, CaseEvent

GOLDEN = sorted((Path(__file__).resolve().parents[4] / "schemas" / "golden" / "rma").glob("*.json"))
# Frozen for ever: the hash of the last golden entry covers every byte of the ones before it.
GOLDEN_HEAD = "b22bb04650dcf8cc1a4f0e606196e236b1e11eaf13429a37fc9b3da4e469feb3"


def test_golden_entries_form_the_chain_they_always_formed() -> None:
    chain = HashChain(RMA_ENTRIES, source_of(0))
    for path in GOLDEN:
        assert not isinstance(chain.accept(path.read_bytes()), Orphan), path.name
    assert chain.head == GOLDEN_HEAD


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_entry_is_written_today_as_it_was_then(path: Path) -> None:
    assert RMA_ENTRIES.decode(path.read_bytes()).json_bytes() == path.read_bytes()


def test_every_event_type_has_a_golden_entry() -> None:
    assert {RMA_ENTRIES.decode(path.read_bytes()).type for path in GOLDEN} == set(EVENT_TYPES)


def test_no_log_takes_an_entry_of_the_other_kind() -> None:
    with pytest.raises(NotAnEntryError):
        LEDGER_ENTRIES.decode(GOLDEN[0].read_bytes())


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
def test_a_time_that_no_table_holds_is_refused_before_it_stops_whoever_stores_it(time: str) -> None:
    said = json.loads(GOLDEN[0].read_bytes())
    with pytest.raises(NotAnEntryError, match=r"Input should be (greater|less) than or equal to"):
        RMA_ENTRIES.decode(json.dumps(said | {"time": time}).encode())


def test_each_step_of_a_case_is_one_command_and_one_event() -> None:
    steps = set(get_args(Step)) - {"file"}
    commands = [model.step for model in COMMAND_TYPES.values() if issubclass(model, CaseCommand)]
    events = [model.step for model in EVENT_TYPES.values() if issubclass(model, CaseEvent)]
    assert sorted(commands) == sorted(steps)
    assert sorted(events) == sorted({*steps, "file"})


def test_the_page_names_every_event() -> None:
    page = dict(reference.pages())["rma-events.md"]
    assert all(f"`{event_type}`" in page for event_type in EVENT_TYPES)
    assert all(model.__doc__ for model in EVENT_TYPES.values())


def test_a_command_says_the_same_again_whatever_way_it_comes() -> None:
    said = {
        "command_id": hashlib.sha256(b"1").hexdigest(),
        "actor": {"kind": "service", "name": "rma"},
        "reply_to": "rma-1",
        "correlation_id": "a",
        "command": {"name": "mark-overdue", "rma": "RMA-2026-000001"},
    }
    one = RmaCommandRecord.model_validate(said)
    other = RmaCommandRecord.model_validate(said | {"reply_to": "rma-2"})
    assert one.fingerprint() == other.fingerprint()
    assert RmaCommandRecord.from_json_bytes(one.json_bytes()) == one
