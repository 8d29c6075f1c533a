"""Records of audio: what was written once is read, and written, for ever."""

import hashlib
import json
from pathlib import Path

import pytest

from contracts.audio.events import EVENT_TYPES
from contracts.audio.records import NotAnAudioRecordError, decode
from contracts.log.envelope import MAX_ENTRY_BYTES
from contracts.publishing import reference

ROOM = Path(__file__).resolve().parents[4] / "schemas" / "golden" / "audio"
GOLDEN = sorted(ROOM.glob("*.json"))
SUMS = {line[66:]: line[:64] for line in (ROOM / "SHA256SUMS").read_text().splitlines()}


def test_golden_records_are_as_they_always_were() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in GOLDEN} == SUMS


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_record_is_written_today_as_it_was_then(path: Path) -> None:
    assert decode(path.read_bytes()).json_bytes() == path.read_bytes()


def test_every_event_type_has_a_golden_record_and_a_place_on_the_page() -> None:
    assert {decode(path.read_bytes()).type for path in GOLDEN} == set(EVENT_TYPES)
    page = dict(reference.pages())["audio-events.md"]
    assert all(f"`{event_type}`" in page for event_type in EVENT_TYPES)
    assert all(model.__doc__ for model in EVENT_TYPES.values())


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "datacontenttype", "dataschema"])
def test_what_cloudevents_requires_is_required(name: str) -> None:
    said = json.loads(GOLDEN[0].read_bytes())
    del said[name]
    with pytest.raises(NotAnAudioRecordError):
        decode(json.dumps(said).encode())


@pytest.mark.parametrize(
    ("time", "bound"),
    [
        ("0001-01-01T00:00:00+14:00", "time: Input should be greater than or equal to 0001-01-01"),
        ("9999-12-31T23:59:59-01:00", "time: Input should be less than or equal to 9999-12-31"),
    ],
)
def test_a_time_that_no_table_holds_is_refused_before_it_stops_whoever_stores_it(time: str, bound: str) -> None:
    said = json.loads(GOLDEN[0].read_bytes()) | {"time": time}
    with pytest.raises(NotAnAudioRecordError, match=bound):
        decode(json.dumps(said).encode())


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"\xff\x00",
        b"[" * 1000,
        GOLDEN[0].read_bytes().replace(b"/audio", b"/ledger"),
        GOLDEN[0].read_bytes().replace(b'"name"', b'"nome"'),
        GOLDEN[0].read_bytes() + b" " * MAX_ENTRY_BYTES,
    ],
)
def test_other_bytes_are_no_record(value: bytes) -> None:
    with pytest.raises(NotAnAudioRecordError):
        decode(value)
