"""The writer's rules and the signer's laws were written apart; here they meet."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import TypeVar, get_args

from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts import device_account, held_account, project_account
from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.companies import FoundLedger
from contracts.commands.device_moves import ReleaseDevice
from contracts.commands.members import AddMember
from contracts.commands.projects import DeallocateLicenses
from contracts.commands.replacements import RecommissionDevice, ReplaceDevice
from contracts.commands.software_service import BuySoftwareService, UpgradeLicenses
from contracts.events import Event
from contracts.identifiers import default_project_of
from contracts.licenses import LicenseClass, LicenseTypeDefinition
from contracts.log.entries import decode_entry
from contracts.log.postings import postings
from ledger.domain.decide import decide
from ledger.domain.decisions import AlreadyDone, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from signer.domain.verification.days import require_day
from signer.domain.verification.event_table import MOVES_NOTHING, post
from signer.domain.verification.state import VerifiedLedger
from tests.support.ledger import histories_over_time as dated
from tests.support.ledger import story, story_company_imports, story_corrections, story_legacy, story_replacements
from tests.support.ledger.histories_company_imports import joining_histories
from tests.support.ledger.histories_corrections import staff_histories
from tests.support.ledger.histories_members import people_histories
from tests.support.ledger.ledger_log import Log
from tests.support.ledger.projected import projected
from tests.support.ledger.story import NOON, OTHER_SERIAL, SERIAL
from tests.support.ledger.story_corrections import SECOND

BEGINNING: list[tuple[Actor, Command]] = [
    (story.operator, story.found()),
    (story.staff, story.register()),
    (story.staff, story.register(story.BORA, story.BEN)),
    (story.anna, story.project()),
]

T = TypeVar("T")
DEVICES = (SERIAL, OTHER_SERIAL, "009033010205", "009033010206")
swaps: st.SearchStrategy[RecommissionDevice | ReplaceDevice] = st.one_of(
    st.builds(story_replacements.recommission, st.sampled_from(DEVICES), st.integers(1, 3)),
    st.builds(
        lambda both, rma: ReplaceDevice(serial=both[0], replacement=both[1], rma=f"RMA-{rma}", reason="Lightning"),
        st.permutations(DEVICES),
        st.integers(1, 9),
    ),
)
THERE: list[tuple[Actor, Command]] = [
    (story.staff, story.issue("d7" * 32, Port11=50, PRI=8)),
    (story.anna, story.redeem("d7" * 32)),
    *((story.anna, story.add(serial)) for serial in DEVICES[:3]),
    (story.anna, ReleaseDevice(serial=DEVICES[2])),
    (story.anna, story.allocate(Port11=20, PRI=4)),
    (story.anna, story.deliver(1, 2)),
    (story.staff, story_legacy.bring_in({"Registrations": 5}, on=SERIAL)),
    (story.anna, story_legacy.consent()),
]
swaps_by_staff = st.tuples(st.just(story.staff), swaps)
COMPANIES = (story.ADRIA, story.BORA, story_company_imports.CASA)
openings: st.SearchStrategy[tuple[Actor, Command]] = st.one_of(
    st.tuples(st.just(story.staff), st.builds(story.register, st.sampled_from(COMPANIES))),
    st.tuples(
        st.just(story.anna),
        st.builds(
            story.project,
            st.sampled_from(["Hotel", "Spa"]),
            st.sampled_from(COMPANIES),
            st.sampled_from([story.HOTEL, *map(default_project_of, COMPANIES)]),
        ),
    ),
)
type_names = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["Port", "PORT", "WE-", "SSC"]), st.sampled_from(["", "0", "08", "8", "12", "61", "999"])
    ),
).filter(lambda name: name != "WE-")
catalogs: st.SearchStrategy[dict[str, LicenseClass]] = st.dictionaries(
    type_names, st.sampled_from(get_args(LicenseClass)), min_size=1, max_size=4
)


@given(people_histories)
def test_the_signers_books_take_whatever_the_writer_decides_and_agree_with_it(
    history: list[tuple[Actor, Command]],
) -> None:
    _agree(history)


@given(staff_histories)
def test_they_agree_when_staff_blocks_and_corrects_and_brings_in_old_licenses(
    history: list[tuple[Actor, Command]],
) -> None:
    second_clerk = AddMember(company=story.VENDOR, account=SECOND, administrator=True)
    _agree([(story.staff, second_clerk), *history])


@given(joining_histories)
def test_they_agree_when_accounts_join_and_companies_go_over_into_others(history: list[tuple[Actor, Command]]) -> None:
    _agree([(story.staff, story_company_imports.by_accident()), *history])


@given(people_histories, st.lists(openings, max_size=12), st.randoms(use_true_random=False))
def test_they_agree_when_companies_and_projects_are_opened_under_ids_that_are_taken(
    history: list[tuple[Actor, Command]], more: list[tuple[Actor, Command]], order: Random
) -> None:
    _agree(_mixed(history, more, order))


@given(catalogs)
def test_they_agree_which_catalog_a_ledger_is_founded_with(catalog: dict[str, LicenseClass]) -> None:
    types = tuple(LicenseTypeDefinition(license_type=name, license_class=of) for name, of in catalog.items())
    founding = FoundLedger(vendor=story.VENDOR, administrator=story.STAFF, catalog=types)
    ledger = _agree_over_time([(story.operator, founding, NOON)])
    assert dict(ledger.catalog) in ({}, catalog)


@given(staff_histories, st.lists(swaps_by_staff, max_size=8), st.randoms(use_true_random=False))
def test_they_agree_when_broken_devices_are_replaced(
    history: list[tuple[Actor, Command]], broken: list[tuple[Actor, Command]], order: Random
) -> None:
    _agree([*THERE, *_mixed(history, broken, order)])


@given(people_histories, st.lists(swaps_by_staff, max_size=8), st.randoms(use_true_random=False))
def test_they_agree_when_replacements_move_and_are_released(
    history: list[tuple[Actor, Command]], more: list[tuple[Actor, Command]], order: Random
) -> None:
    _agree([*THERE, *_mixed(history, more, order)])


@given(joining_histories, st.lists(swaps_by_staff, max_size=8), st.randoms(use_true_random=False))
def test_they_agree_when_companies_with_replacements_go_over_into_others(
    history: list[tuple[Actor, Command]], more: list[tuple[Actor, Command]], order: Random
) -> None:
    _agree([*THERE, *_mixed(history, more, order)])


@given(dated.histories, st.lists(swaps_by_staff, max_size=8), st.randoms(use_true_random=False))
def test_they_agree_what_test_and_warranty_a_replacement_has(
    history: list[tuple[Actor, Command, int]], broken: list[tuple[Actor, Command]], order: Random
) -> None:
    mixed = _mixed(history, [(*one, 20) for one in broken], order)
    _agree_over_time(dated.moments([*((*one, 0) for one in THERE), *mixed]))


def test_what_was_delivered_stays_bound_through_an_upgrade_and_what_came_later_does_not() -> None:
    ledger = _agree_over_time(
        [
            *((actor, command, NOON) for actor, command in dated.BEGINNING),
            *(
                (story.anna, command, NOON)
                for command in (
                    story.allocate(Port9=20),
                    story.deliver(1, 2),
                    BuySoftwareService(project=story.HOTEL, months=12, preview=dated.UNPRICED),
                    UpgradeLicenses(project=story.HOTEL, serial=SERIAL, version=11),
                    story.allocate(Port9=5),
                    DeallocateLicenses(project=story.HOTEL, serial=SERIAL, licenses=story.licenses(Port9=5)),
                    DeallocateLicenses(project=story.HOTEL, serial=SERIAL, licenses=story.licenses(Port11=1)),
                )
            ),
        ]
    )
    assert dict(ledger.devices[SERIAL].holdings) == {"Port11": 20}


def test_what_a_correction_takes_off_a_device_binds_it_no_more() -> None:
    commands: list[tuple[Actor, Command]] = [
        *THERE[:2],
        (story.staff, AddMember(company=story.VENDOR, account=SECOND, administrator=True)),
        (story.anna, story.add()),
        (story.anna, story.allocate(Port11=30)),
        (story.anna, story.deliver(1, 2)),
        (story.staff, story_corrections.propose(story.ON_DEVICE, story.PLACE, Port11=30)),
        (story_corrections.second, story_corrections.approve()),
        (story.anna, story.allocate(Port11=10)),
        (story.anna, DeallocateLicenses(project=story.HOTEL, serial=SERIAL, licenses=story.licenses(Port11=10))),
    ]
    ledger = _agree_over_time([(actor, command, NOON) for actor, command in [*BEGINNING, *commands]])
    assert dict(ledger.projects[story.HOTEL].free) == {"Port11": 50, "PRI": 8}


def _mixed(history: Sequence[T], more: Sequence[T], order: Random) -> list[T]:
    """All of both in one, the second here and there."""
    mixed = list(history)
    for one in more:
        mixed.insert(order.randint(0, len(mixed)), one)
    return mixed


def _agree(history: list[tuple[Actor, Command]]) -> None:
    _agree_over_time([(actor, command, NOON) for actor, command in [*BEGINNING, *history]])


def _agree_over_time(history: list[tuple[Actor, Command, datetime]]) -> Ledger:
    ledger, books, moved = Ledger(), VerifiedLedger(), Counter[tuple[str, str]]()
    for actor, command, now in history:
        event = decide(ledger, dated.priced(ledger, command, now), actor, now=now)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=now, by=str(actor))
        post(books, event)
        _count(moved, event)
    assert {place: units for place, units in moved.items() if units} == _standing(books)
    for account, held in ledger.cold.legacy.items():
        assert books.legacy(account) == dict(held.licenses)
    for project, known in ledger.projects.items():
        assert books.balance(project_account(project)) == dict(known.free)
        assert books.projects[project] == known.company
    for serial, device in (*ledger.devices.items(), *ledger.released.items()):
        assert books.balance(device_account(serial)) == dict(device.holdings)
    return ledger


@given(dated.histories)
def test_they_agree_about_everything_that_has_a_date_too(history: list[tuple[Actor, Command, int]]) -> None:
    ledger, books, entries, moved = Ledger(), VerifiedLedger(), Log(), Counter[tuple[str, str]]()
    rows: dict[str, dict[str, int]] = {}
    for actor, command, now in dated.moments(history):
        event = decide(ledger, dated.priced(ledger, command, now), actor, now=now)
        if isinstance(event, Rejection | AlreadyDone):
            continue
        ledger = evolve(ledger, event, at=now, by=str(actor))
        require_day(event, now)
        post(books, event)
        _count(moved, event)
        entries.add(event)
        rows |= projected([decode_entry(entries.values[-1])], rows).held
    assert {place: units for place, units in moved.items() if units} == _standing(books)
    for project, known in ledger.projects.items():
        held = dict(ledger.held.get(project, {}))
        assert books.balance(project_account(project)) == dict(known.free) == _some(rows, project_account(project))
        assert books.balance(held_account(project)) == held == _some(rows, held_account(project))
    for serial, device in ledger.devices.items():
        assert books.balance(device_account(serial)) == dict(device.holdings) == _some(rows, device_account(serial))


def _some(rows: dict[str, dict[str, int]], account: str) -> dict[str, int]:
    return {name: units for name, units in rows.get(account, {}).items() if units}


def _count(moved: Counter[tuple[str, str]], event: Event) -> None:
    """What an event moves, which is nothing for those that the signer takes without a look."""
    moves = postings(event)
    assert not moves or type(event) not in MOVES_NOTHING
    for one in moves:
        moved[one.account, one.license_type] += one.units


def _standing(books: VerifiedLedger) -> dict[tuple[str, str], int]:
    return {(account, name): units for account, held in books.accounts.items() for name, units in held.items()}
