import hashlib
import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from contracts.events import EVENT_TYPES
from contracts.events.returns import LicensesReturned
from contracts.licenses import MAX_HELD, Lot
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import (
    GENESIS,
    MAX_ENTRY_BYTES,
    NotAnEntryError,
    UnknownEventTypeError,
    decode_entry,
    encode_entry,
    entry_hash,
    uuid7,
)
from contracts.publishing import generate

ROOM = Path(__file__).resolve().parents[4] / "schemas"
# The main job is a chain; every later type has a file of its own beside it, whose hash stands in SHA256SUMS.
GOLDEN = sorted((ROOM / "golden" / "main-job").glob("*.json"))
SINGLE = sorted((ROOM / "golden").glob("*.json"))
SUMS = {line[66:]: line[:64] for line in (ROOM / "golden" / "SHA256SUMS").read_text().splitlines()}
PUBLISHED = [
    os.path.relpath(path, ROOM)
    for place in ("json/*.json", "*.json", "../docs/reference/*events.md", "../docs/reference/refusals.md")
    for path in sorted(ROOM.glob(place))
]
# Frozen for ever: the hash of the last golden entry covers every byte of the ones before it.
GOLDEN_HEAD = "71ac303c59733afad086be935baa9d30e48b1b7c46a2c4e5f893c233a923cae6"


def test_golden_entries_form_the_chain_they_always_formed() -> None:
    chain = LedgerChain(0)
    for path in GOLDEN:
        assert not isinstance(chain.accept(path.read_bytes()), Orphan), path.name
    assert chain.head == GOLDEN_HEAD


def test_golden_entries_are_the_bytes_they_always_were() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SINGLE} == SUMS


@pytest.mark.parametrize("path", GOLDEN + SINGLE, ids=lambda path: path.stem)
def test_a_golden_entry_is_written_today_as_it_was_then(path: Path) -> None:
    assert decode_entry(path.read_bytes()).json_bytes() == path.read_bytes()


def test_every_event_type_has_a_golden_entry() -> None:
    assert {decode_entry(path.read_bytes()).type for path in GOLDEN + SINGLE} == set(EVENT_TYPES)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_schemas_say_what_the_code_says(name: str) -> None:
    assert (ROOM / name).read_text() == _generated()[name], "run `make generate`"


def test_no_published_schema_is_missing_or_left_over() -> None:
    assert set(PUBLISHED) == set(_generated()), "run `make generate`"


@cache
def _generated() -> dict[str, str]:
    return dict(generate.files())


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"type":"licensing.ledger.project-created.v1"}',
        GOLDEN[2].read_bytes()[:-1],
        GOLDEN[2].read_bytes().replace(b'"sequence":3', b'"sequence":-3'),
        GOLDEN[2].read_bytes().replace(b'"sequence":3', b'"sequence":"3"'),
        GOLDEN[2].read_bytes().replace(b'"sequence":3', b'"sequence":3.0'),
        GOLDEN[2].read_bytes().replace(b'"sequence":3', b'"sequence":3,"surprise":1'),
        GOLDEN[2].read_bytes().replace(b"Hotel Adria", b""),
        b"{" * MAX_ENTRY_BYTES,
        b" " * (MAX_ENTRY_BYTES + 1),
    ],
    ids=range(13),
)
def test_what_is_no_entry_is_poison_and_stops_nobody(value: bytes) -> None:
    with pytest.raises(NotAnEntryError):
        decode_entry(value)
    found = LedgerChain(0).accept(value)
    assert isinstance(found, Orphan)
    assert found.poison


def _after(count: int) -> LedgerChain:
    chain = LedgerChain(0)
    for path in GOLDEN[:count]:
        chain.accept(path.read_bytes())
    return chain


def test_an_entry_that_was_read_already_is_an_orphan() -> None:
    found = _after(3).accept(GOLDEN[2].read_bytes())
    assert found == Orphan("entry 3 does not follow entry 3", poison=False)


def test_an_entry_with_another_past_is_an_orphan() -> None:
    third = GOLDEN[2].read_bytes()
    forged = third.replace(entry_hash(GOLDEN[1].read_bytes()).encode(), b"1" * 64)
    assert isinstance(_after(2).accept(forged), Orphan)


def test_an_entry_of_another_ledger_is_poison() -> None:
    found = LedgerChain(1).accept(GOLDEN[0].read_bytes())
    assert found == Orphan("it belongs to /ledgers/0", poison=True)


def test_a_reader_stops_at_the_next_entry_of_a_type_it_does_not_know() -> None:
    newer = GOLDEN[2].read_bytes().replace(b"project-created.v1", b"project-created.v2")
    with pytest.raises(UnknownEventTypeError, match="upgrade it"):
        _after(2).accept(newer)


def test_an_unknown_type_that_is_not_the_next_entry_is_an_orphan() -> None:
    newer = GOLDEN[2].read_bytes().replace(b"project-created.v1", b"project-created.v2")
    assert isinstance(_after(1).accept(newer), Orphan)


def test_the_id_is_a_uuid_of_version_7_that_tells_the_time() -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    made = UUID(uuid7(at, hashlib.sha256(b"x").hexdigest()))
    assert made.version == 7
    assert made.int >> 80 == int(at.timestamp() * 1000)


def test_an_entry_that_no_reader_would_take_is_not_made() -> None:
    returned = next(decode_entry(path.read_bytes()) for path in GOLDEN if "licenses-returned" in path.name)
    assert isinstance(returned.data, LicensesReturned)
    lots = tuple(Lot(license_type=f"{'X' * 24}-{n}*9999", license_class="gateway", count=MAX_HELD) for n in range(100))
    device = returned.data.device.model_copy(update={"licenses": lots})
    event = returned.data.model_copy(update={"document": "eHh4" * 10_900, "lots": lots, "device": device})

    with pytest.raises(ValueError, match=r"6[0-9]{4} bytes; at most 61440"):
        encode_entry(
            event,
            ledger=0,
            sequence=1,
            prev=GENESIS,
            at=datetime(2026, 11, 24, tzinfo=UTC),
            command_id="a1" * 32,
            command_hash="b2" * 32,
            actor="operator:root",
            correlation_id="c",
        )


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
@pytest.mark.parametrize("path", GOLDEN[:1], ids=lambda path: path.stem)
def test_a_time_that_no_table_holds_is_refused_before_it_stops_whoever_stores_it(path: Path, time: str) -> None:
    said = json.loads(path.read_bytes())
    with pytest.raises(NotAnEntryError, match=r"Input should be (greater|less) than or equal to"):
        decode_entry(json.dumps(said | {"time": time}).encode())


@pytest.mark.parametrize("name", ["claim-code-created", "invitation-created"])
def test_an_event_ends_at_a_time_that_a_table_holds(name: str) -> None:
    said = json.loads((ROOM / "golden" / f"licensing.ledger.{name}.v1.json").read_bytes())
    said["data"]["expires"] = "9999-12-31T23:59:59-01:00"
    with pytest.raises(NotAnEntryError, match=r"Input should be (greater|less) than or equal to"):
        decode_entry(json.dumps(said).encode())
