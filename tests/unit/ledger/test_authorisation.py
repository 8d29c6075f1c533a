"""One table of every command and every endpoint, and who may call it: what has no row here fails."""

from collections.abc import Iterator
from typing import Any, cast, get_args

import pytest

from contracts.actors import Account, Actor
from contracts.commands import Command
from contracts.events import EVENT_TYPES
from contracts.fields import Right
from contracts.identifiers import derived_id
from contracts.publishing.causes import CAUSES
from ledger.domain.decide import decide
from ledger.domain.decisions import Rejection
from ledger.entrypoints.api.app import application
from tests.support.ledger import (
    story,
    story_blocks,
    story_catalog,
    story_claims,
    story_company_imports,
    story_corrections,
    story_device_moves,
    story_invitations,
    story_legacy,
    story_members,
    story_replacements,
    story_set_aside,
    story_software_service,
    story_test_licenses,
    story_warranty,
)
from tests.support.ledger.histories_over_time import priced
from tests.support.ledger.story import ADRIA, BORA, HOTEL, NOON, OTHER_SERIAL, SERIAL, Story, anna, ben, box
from tests.support.ledger.story_device_moves import BORAS
from tests.support.ledger.story_members import a_stocked_project_with_people, grant
from tests.support.ledger.who_may import COMMANDS, ENDPOINTS, OLD, REPLACED, RETURNED, RIGHTS

SEES_NOTHING = {"no_right", "project_unknown", "company_unknown", "device_unknown", "offer_unknown"}
NO_ACCOUNTS = {"operator", "the box", "another box", "a new box", "a box that gave back"}


def person(name: str, company: str = ADRIA) -> Account:
    return Account(account=derived_id(name, "account"), company=company)


PEOPLE: dict[str, Actor] = {
    "operator": story.operator,
    "staff": story.staff,
    "administrator": anna,
    "member": story_members.mia,
    **{f"member+{right}": person(f"member+{right}") for right in RIGHTS},
    **{f"guest+{right}": person(f"guest+{right}", BORA) for right in RIGHTS},
    "member of the vendor": person("of the vendor", story.VENDOR),
    "stranger": person("stranger", derived_id("c", "company")),
    "the box": box,
    "another box": story.other_box,
}
"""Everybody there is. Guests are plain members of the other company; its administrator is asked apart."""


def a_full_ledger() -> Story:
    """Everybody has what they are called after, and every command of the table has something to work on."""
    empty = derived_id("empty", "project")
    told = a_stocked_project_with_people().given(
        (anna, story.project("Empty", identity=empty)),
        (anna, story.allocate(Port11=2)),
        (anna, story.add(OTHER_SERIAL)),
        (anna, story.add("009033010205")),
        (anna, story_device_moves.offer(serial="009033010205")),
        (anna, story_claims.code()),
        (anna, story_invitations.invite()),
        (story.staff, story_company_imports.by_accident()),
        (story_company_imports.cleo, story_company_imports.offer_company()),
        (story.staff, story.issue("b7" * 32, Port11=1)),
        *((anna, story_members.member(derived_id(name, "account"))) for name in ("leaver", "watcher")),
        (anna, grant(derived_id("watcher", "account"), ADRIA, "view")),
    )
    _with_dates(told)
    _let_staff_act(told)
    told.given((story.staff, story_members.member(person("of the vendor", story.VENDOR).account, story.VENDOR)))
    for name, who in PEOPLE.items():
        _, plus, right = name.partition("+")
        if plus and isinstance(who, Account):
            administrator = anna if who.company == ADRIA else ben
            told.given((administrator, story_members.member(who.account, who.company)))
            for project in (HOTEL, empty):
                told.given((anna, grant(who.account, who.company, cast("Right", right), project=project)))
    return told


def _with_dates(told: Story) -> None:
    """Delivered devices, one with its test, service that runs, licenses that wait to be paid, and their prices."""
    tested = "009033010205"
    told.given(
        (story.staff, story_catalog.models(story_catalog.MODEL)),
        (story.staff, story_catalog.register(*(story_catalog.delivered_to(ADRIA, one) for one in (SERIAL, tested)))),
        (anna, story_test_licenses.ask(serial=tested)),
        (story.staff, story_catalog.register(story_catalog.delivered(story_replacements.SPARE))),
        (story.staff, story_warranty.KEY.model_copy(update={"key_digest": "c7" * 32})),
        (anna, story.redeem("c7" * 32)),
        (story.staff, story.issue("b9" * 32, Port9=1, SSC=6)),
        (anna, story.redeem("b9" * 32)),
    )
    story_software_service.bought(told, 1)
    told.given(
        (story.staff, story.issue("ba" * 32, Port11=100)),
        (anna, story.redeem("ba" * 32)),
        (story.staff, story.issue("bb" * 32, SSC=50)),
        (anna, story.redeem("bb" * 32)),
    )


def _let_staff_act(told: Story) -> None:
    blocked = derived_id("blocked", "company")
    returning = box.model_copy(update={"serial": RETURNED})
    story_corrections.with_a_second_clerk(told).given(
        (story.staff, story.issue("b8" * 32, Port11=1)),
        (story.staff, story_blocks.block_key("b8" * 32)),
        (story.staff, story.register(blocked, story_members.NOBODY)),
        (story.staff, story_blocks.block_company(blocked)),
        (story_corrections.second, story_corrections.propose("issuance", story.PLACE, Port11=1)),
        (story_corrections.second, story_set_aside.propose()),
        (anna, story.add(OLD)),
        (anna, story.add(RETURNED)),
        (anna, story.add(REPLACED)),
        (story.staff, story_replacements.replace(REPLACED, "0090330102f1", "RMA-2026-000118")),
        (story.staff, story_blocks.block_device(OLD)),
        (story.staff, story_legacy.bring_in({"Registrations": 5})),
        (story.staff, story_legacy.listed("c5" * 32, {"BRIs": 2})),
        (story.staff, story_legacy.bring_in({"PRIs": 1}, on=OLD)),
        *((returning, story.give_back(number, f"{number:064x}", RETURNED)) for number in range(1, 6)),
    )


FULL = a_full_ledger()
# For the sake of one row each: the other side of an offer, and a box that is in no project.
FULL.given((ben, story_members.member(person("the other side", BORA).account, BORA)))
FULL.given((ben, grant(person("the other side", BORA).account, BORA, "licenses", project=BORAS)))
MORE: dict[str, Actor] = {
    "a box that gave back": box.model_copy(update={"serial": RETURNED}),
    "the other side": person("the other side", BORA),
    "who made a company by accident": story_company_imports.cleo,
    "a new box": box.model_copy(update={"serial": OTHER_SERIAL.replace("4", "6")}),
}


def rows() -> Iterator[Any]:
    for name, (command, allowed) in COMMANDS.items():
        for who, actor in (PEOPLE | MORE).items():
            yield pytest.param(command, actor, _allowed(who, name, allowed), id=f"{name}-{who}")


def _allowed(who: str, name: str, allowed: set[str]) -> bool:
    guests_company = who.startswith("guest+") or who == "the other side"
    if name == "accept-invitation":  # by anybody who has the code and is no member yet
        return who not in {"administrator", "member"} and not who.startswith("member+") and who not in NO_ACCOUNTS
    return who in allowed or ("guests' company" in allowed and guests_company and name == "withdraw-device-offer")


@pytest.mark.parametrize(("command", "actor", "allowed"), list(rows()))
def test_a_command_is_for_those_in_its_row_and_nobody_else(command: Command, actor: Actor, allowed: bool) -> None:
    ledger = Story().ledger if command.name == "found-ledger" else FULL.ledger
    answer = decide(ledger, priced(ledger, command, NOON), actor, now=NOON)
    if allowed:
        assert not isinstance(answer, Rejection), answer
    else:
        assert isinstance(answer, Rejection)
        assert answer.code in SEES_NOTHING | {"member_exists"}


def who_causes() -> dict[str, set[str]]:
    """Who may cause each event, by whatever command, as the ledger decides it."""
    causes: dict[str, set[str]] = {}
    for name, (command, allowed) in COMMANDS.items():
        ledger = Story().ledger if name == "found-ledger" else FULL.ledger
        who = next(actor for one, actor in (PEOPLE | MORE).items() if _allowed(one, name, allowed))
        event = decide(ledger, priced(ledger, command, NOON), who, now=NOON)
        causes.setdefault(type(event).__name__, set()).update(allowed)
    return causes


def test_the_reference_page_says_who_causes_each_event() -> None:
    for event, allowed in who_causes().items():
        said = CAUSES[event]
        assert ("the vendor's staff" in said) == ("staff" in allowed), event
        assert ("an administrator of the company" in said) == ("administrator" in allowed), event
        assert ("the device itself" in said) == bool(allowed & {"the box", "a new box", "a box that gave back"}), event
        for right in RIGHTS:
            assert (f"`{right}`" in said) == bool(allowed & {f"member+{right}", f"guest+{right}"}), event


def test_every_event_is_said_to_be_caused_by_somebody() -> None:
    assert list(CAUSES) == [event.__name__ for event in EVENT_TYPES.values()]


def test_every_command_has_a_row() -> None:
    assert {command.model_fields["name"].default for command in get_args(Command)} == set(COMMANDS)
    assert all(command.name == name for name, (command, _) in COMMANDS.items())


def test_every_endpoint_has_a_row() -> None:
    paths = application().openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert routes == set(ENDPOINTS)


def test_every_command_has_an_endpoint_or_is_not_for_people() -> None:
    not_by_the_api = {"found-ledger", "claim-device", "record-license-file-delivery", "report-spent-certificate"}
    asked = {name for names in ENDPOINTS.values() for name in names.split(", ")}
    assert set(COMMANDS) - not_by_the_api <= asked
