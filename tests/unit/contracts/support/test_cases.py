"""Records of support cases: what was written once is read, and written, for ever; nothing that people wrote fits in."""

import hashlib
import json
from pathlib import Path

import pytest

from contracts.publishing import reference
from contracts.support.cases import EVENT_TYPES, MAX_RECORD_BYTES, NotASupportCase, decode, encode, key_of

ROOM = Path(__file__).resolve().parents[4] / "schemas" / "golden" / "support"
GOLDEN = sorted(ROOM.glob("*.json"))
SUMS = {line[66:]: line[:64] for line in (ROOM / "SHA256SUMS").read_text().splitlines()}
VALUE = GOLDEN[0].read_bytes()
KEY = b"0/CAS-104211"


def test_golden_records_are_as_they_always_were() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in GOLDEN} == SUMS


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_record_is_written_today_as_it_was_then(path: Path) -> None:
    said = json.loads(path.read_bytes())["data"]
    case = decode(f"{said['ledger']}/{said['number']}".encode(), path.read_bytes())
    assert case is not None
    assert encode(case, at=case.changed) == path.read_bytes()
    assert key_of(case) == f"{said['ledger']}/{said['number']}".encode()


def test_the_type_has_a_place_on_the_page() -> None:
    page = dict(reference.pages())["support-events.md"]
    assert all(f"`{event_type}`" in page for event_type in EVENT_TYPES)


def test_a_tombstone_says_nothing() -> None:
    assert decode(KEY, None) is None


@pytest.mark.parametrize("name", ["title", "messages", "name", "email", "phone", "note"])
def test_no_member_takes_what_people_wrote(name: str) -> None:
    said = json.loads(VALUE)
    said["data"][name] = "Call Jana Krüger at home"
    with pytest.raises(NotASupportCase, match=name) as refused:
        decode(KEY, json.dumps(said).encode())
    assert "Jana" not in str(refused.value)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("number", "Jana Krüger"),
        ("revision", 0),
        ("revision", "3"),
        ("kind", "complaint"),
        ("state", "angry"),
        ("company", "Nordlicht"),
        ("serial", "00903304A1C7"),
        ("product", "x" * 41),
        ("opened", "2026-11-24T08:12:00"),
        ("changed", "2026-11-24T08:11:59Z"),
        ("ledger", 1000),
    ],
)
def test_a_member_has_its_form(member: str, value: object) -> None:
    said = json.loads(VALUE)
    said["data"][member] = value
    with pytest.raises(NotASupportCase):
        decode(KEY, json.dumps(said).encode())


@pytest.mark.parametrize("key", [None, b"", b"CAS-104211", b"1/CAS-104211", b"0/CAS-104212"])
def test_a_record_under_another_key_is_none_of_the_case(key: bytes | None) -> None:
    with pytest.raises(NotASupportCase, match="key"):
        decode(key, VALUE)


@pytest.mark.parametrize(
    "value",
    [b"", b"{}", b"\xff\x00", b"[" * 1000, VALUE.replace(b"/support", b"/audio"), VALUE + b" " * MAX_RECORD_BYTES],
)
def test_other_bytes_are_no_record(value: bytes) -> None:
    with pytest.raises(NotASupportCase):
        decode(KEY, value)
