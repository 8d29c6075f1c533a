"""The signer places every event type: it verifies what moves or changes something, and names what does not."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast, get_args, get_origin

import pytest

from contracts.events import EVENT_TYPES, Event
from contracts.licenses import DeviceLicenses
from contracts.log.entries import Entry, decode_entry
from contracts.log.postings import postings
from contracts.models import WireModel
from contracts.software_service import Coverage
from signer.domain.laws import LawBrokenError
from signer.domain.verification.days import require_day
from signer.domain.verification.event_table import MOVES_NOTHING, VERIFICATIONS, post
from signer.domain.verification.state import VerifiedLedger
from tests.support.signer.story import Story

GOLDEN = Path(__file__).resolve().parents[4] / "schemas" / "golden"
COVERAGE = Coverage(on=date(2026, 5, 20), months=1, units=0, charged=(), held=())


def _golden() -> list[Entry[Event]]:
    """The entries of the main job and those of every later type; the published documents beside them are none."""
    paths = [*GOLDEN.glob("*.json"), *(GOLDEN / "main-job").glob("*.json")]
    return [decode_entry(path.read_bytes()) for path in sorted(paths)]


def _kinds_of(annotation: object) -> Iterator[object]:
    """A field's type and all that it is made of."""
    yield annotation
    for part in get_args(annotation) if get_origin(annotation) is not None else ():
        yield from _kinds_of(part)


def _has(event_type: type[WireModel], kind: type) -> bool:
    fields = event_type.model_fields.values()
    return any(kind in set(_kinds_of(field.annotation)) for field in fields)


def test_every_event_type_is_placed_exactly_once() -> None:
    placed = Counter([*VERIFICATIONS, *MOVES_NOTHING])
    assert placed == Counter(EVENT_TYPES.values())


def test_the_golden_records_have_every_event_type() -> None:
    assert {type(entry.data) for entry in _golden()} == set(EVENT_TYPES.values())


def test_a_verification_is_named_as_its_event_and_stands_in_its_family() -> None:
    for event_type, verify in VERIFICATIONS.items():
        assert verify.__module__.rpartition(".")[2] == event_type.__module__.rpartition(".")[2]
        assert verify.__name__ == re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower()


def test_what_states_a_device_or_licenses_does_not_pass_as_moving_nothing() -> None:
    for event_type in MOVES_NOTHING:
        assert not _has(event_type, DeviceLicenses), event_type
        assert not {"lots", "coverage"} & event_type.model_fields.keys(), event_type


def test_no_golden_event_that_moves_units_passes_as_moving_nothing() -> None:
    moving = {type(entry.data) for entry in _golden() if postings(entry.data)}
    assert moving
    assert moving <= VERIFICATIONS.keys()


def test_an_event_that_nobody_placed_is_a_defect_and_does_not_pass() -> None:
    with pytest.raises(KeyError):
        post(VerifiedLedger(), cast("Event", COVERAGE))


@pytest.mark.parametrize("entry", [entry for entry in _golden() if "coverage" in type(entry.data).model_fields])
def test_the_day_of_coverage_is_verified(entry: Entry[Event]) -> None:
    _requires_the_day(entry.data.model_copy(update={"coverage": COVERAGE}), entry.time)


@pytest.mark.parametrize("entry", [entry for entry in _golden() if {"on"} & type(entry.data).model_fields.keys()])
def test_the_day_of_an_event_is_verified(entry: Entry[Event]) -> None:
    _requires_the_day(entry.data, entry.time)


def _requires_the_day(event: Event, at: datetime) -> None:
    with pytest.raises(LawBrokenError) as broken:
        require_day(event, at + timedelta(days=1000))
    assert broken.value.law == "day_wrong"


def test_every_event_moves_in_the_signers_accounts_what_its_postings_say() -> None:
    """Over random histories tests/properties/test_signer_agrees.py compares the sums."""
    verified = VerifiedLedger()
    for value in Story().main_job().values:
        _posts_what_it_moves(verified, decode_entry(value).data)


def _posts_what_it_moves(verified: VerifiedLedger, event: Event) -> None:
    before = _units(verified)
    post(verified, event)
    moved: Counter[tuple[str, str]] = Counter()
    for one in postings(event):
        moved[one.account, one.license_type] += one.units
    after = _units(verified)
    after.subtract(before)
    assert {place: units for place, units in after.items() if units} == {
        place: units for place, units in moved.items() if units
    }


def _units(verified: VerifiedLedger) -> Counter[tuple[str, str]]:
    return Counter(
        {(account, name): units for account, held in verified.accounts.items() for name, units in held.items()}
    )
