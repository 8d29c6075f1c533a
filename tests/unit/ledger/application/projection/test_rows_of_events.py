"""Every event has its place in the read side, every row its table, and no account is forgotten."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args, get_type_hints

import pytest

from contracts.accounts import UNHELD, device_account
from contracts.events import EVENT_TYPES, Event
from contracts.licenses import DeviceLicenses
from contracts.log.entries import decode_entry
from contracts.log.postings import postings
from contracts.models import WireModel
from ledger.adapters.postgres import projection as tables
from ledger.application import projection as rows
from ledger.application.projection.changes import Changes
from ledger.application.projection.documents import LicenseFileRow, ReceiptRow
from ledger.application.projection.fold import effects_of, fold, touched
from ledger.application.projection.members import GrantRow
from ledger.application.projection.rows import Gone, RowsOf
from ledger.application.projection.rows_of_events import ROWS_OF, WITHOUT_ROWS

ROOM = Path(__file__).parents[5] / "schemas" / "golden"
GOLDEN = sorted((*ROOM.glob("*.json"), *ROOM.glob("main-job/*.json")))
GOLDEN_OF = {path.name.partition(".")[0].lstrip("0123456789-"): path for path in GOLDEN}
WHO = ("ann", "adria")


def modules(package: ModuleType) -> list[ModuleType]:
    return [importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]


def row_types_in(package: ModuleType) -> set[type]:
    """Every kind of row that some module of a package defines or imports."""
    named = (one for module in modules(package) for one in vars(module).values())
    return {one for one in named if isinstance(one, type) and one.__name__.endswith("Row")}


def test_every_event_states_its_rows_or_is_known_to_have_none() -> None:
    assert ROWS_OF.keys() | WITHOUT_ROWS == set(EVENT_TYPES.values())
    assert not ROWS_OF.keys() & WITHOUT_ROWS


@pytest.mark.parametrize(("event", "rows_of"), ROWS_OF.items())
def test_rows_are_stated_of_the_events_that_the_function_is_for(event: type[Event], rows_of: RowsOf) -> None:
    (entry,) = (hint for name, hint in get_type_hints(rows_of).items() if name != "return")
    stated = entry.model_fields["data"].annotation
    assert event in (get_args(stated) or (stated,))


def test_every_kind_of_row_is_written() -> None:
    assert row_types_in(rows) == row_types_in(tables) | {LicenseFileRow, ReceiptRow}


def devices_in(model: WireModel) -> Iterator[DeviceLicenses]:
    """Every device that an event states, wherever in it."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, DeviceLicenses):
            yield value
        elif isinstance(value, WireModel):
            yield from devices_in(value)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_every_account_that_an_entry_moves_or_states_is_fetched_for_it(golden: Path) -> None:
    entry = decode_entry(golden.read_bytes())
    moved = {posting.account for posting in postings(entry.data)} - UNHELD
    stated = {device_account(device.serial) for device in devices_in(entry.data)}

    assert touched(effects_of([entry])) >= moved | stated


def test_an_account_that_was_not_fetched_is_a_defect_and_not_empty() -> None:
    allocated = decode_entry(GOLDEN_OF["licenses-allocated"].read_bytes())

    with pytest.raises(KeyError):
        fold(effects_of([allocated]), {}, {})


def test_whoever_leaves_a_company_loses_its_rights_and_may_get_new_ones() -> None:
    changes, (now,) = Changes({}, {}), (decode_entry(GOLDEN[0].read_bytes()).time,)
    former = GrantRow(*WHO, "hotel", ("view",), "adria", 1, now)
    another = GrantRow("ben", "adria", "hotel", ("view",), "adria", 2, now)
    later = GrantRow(*WHO, "spa", ("licenses",), "adria", 4, now)
    for row in (former, another, Gone(GrantRow, WHO), later):
        changes.add(row)

    assert changes.current(GrantRow, 3) == ((WHO,), (another, later))
    assert changes.of(GrantRow) == [former, another, later]


def test_a_row_that_ended_and_came_back_is_there() -> None:
    changes, now = Changes({}, {}), decode_entry(GOLDEN[0].read_bytes()).time
    row = GrantRow(*WHO, "hotel", ("view",), "adria", 1, now)
    for one in (row, Gone(GrantRow, (*WHO, "hotel")), row._replace(sequence=3)):
        changes.add(one)

    assert changes.current(GrantRow, 3) == (((*WHO, "hotel"),), (row._replace(sequence=3),))
