"""One table of every command and every endpoint, and who may call it: what has no row here fails."""

from collections.abc import Iterator
from typing import Any, cast, get_args

import pytest

from contracts.actors import Account, Actor
from contracts.commands import Command, Right
from contracts.identifiers import derived_id
from ledger.domain.decide import decide
from ledger.domain.decisions import Rejection
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.services import Services
from tests.unit.ledger import story, story_people
from tests.unit.ledger.story import ADRIA, BORA, HOTEL, NOON, OTHER_SERIAL, Story, anna, ben, box
from tests.unit.ledger.story_people import BORAS, a_stocked_project_with_people, grant

RIGHTS: tuple[Right, ...] = get_args(Right)
SEES_NOTHING = {"no_right", "project_unknown", "company_unknown", "device_unknown", "offer_unknown"}


def person(name: str, company: str = ADRIA) -> Account:
    return Account(account=derived_id(name, "account"), company=company)


PEOPLE: dict[str, Actor] = {
    "operator": story.operator,
    "staff": story.staff,
    "administrator": anna,
    "member": story_people.mia,
    **{f"member+{right}": person(f"member+{right}") for right in RIGHTS},
    **{f"guest+{right}": person(f"guest+{right}", BORA) for right in RIGHTS},
    "stranger": person("stranger", derived_id("c", "company")),
    "the box": box,
    "another box": story.other_box,
}
"""Everybody there is. Guests are plain members of the other company; its administrator is asked apart."""


def with_right(*rights: Right) -> set[str]:
    return {"administrator", *(f"{who}+{right}" for right in rights for who in ("member", "guest"))}


MEMBERS_WITH_LICENSES = {"administrator", "member+licenses"}

COMMANDS: dict[str, tuple[Command, set[str]]] = {
    "found-ledger": (story.found(), {"operator"}),
    "register-company": (story.register(derived_id("new", "company"), story_people.NOBODY), {"staff"}),
    "create-project": (story.project("Spa", identity=derived_id("spa", "project")), {"administrator"}),
    "rename-project": (story_people.rename("Spa"), {"administrator"}),
    "archive-project": (story_people.archive(derived_id("empty", "project")), {"administrator"}),
    "add-member": (story_people.member(story_people.NOBODY), {"administrator"}),
    "remove-member": (story_people.dismiss(derived_id("leaver", "account")), {"administrator"}),
    "grant-rights": (grant(derived_id("leaver", "account"), ADRIA, "view"), with_right("rights")),
    "revoke-rights": (story_people.revoke(derived_id("watcher", "account"), ADRIA, "view"), with_right("rights")),
    "issue-activation-key": (story.issue("c9" * 32, Port11=1), {"staff"}),
    "redeem-activation-key": (story.redeem("b7" * 32), with_right("licenses")),
    "add-device": (story.add("009033010299"), with_right("licenses")),
    "allocate-licenses": (story.allocate(Port11=1), with_right("licenses")),
    "deallocate-licenses": (story_people.deallocate(Port11=1), with_right("licenses")),
    "move-licenses": (story_people.transfer(target=derived_id("empty", "project"), Port11=1), with_right("licenses")),
    "move-device": (story_people.move(derived_id("empty", "project")), with_right("licenses")),
    "release-device": (story_people.release(OTHER_SERIAL), MEMBERS_WITH_LICENSES),
    "offer-device": (story_people.offer(serial=OTHER_SERIAL), MEMBERS_WITH_LICENSES),
    "withdraw-device-offer": (story_people.withdraw("009033010205"), MEMBERS_WITH_LICENSES | {"guests' company"}),
    "accept-device": (story_people.accept(BORAS, "009033010205"), {"the other side"}),
    "transfer-device": (story_people.staff_moves(), {"staff"}),
    "create-claim-code": (story_people.code(digest="c8" * 32), with_right("licenses")),
    "withdraw-claim-code": (story_people.withdraw_code(), with_right("licenses")),
    "claim-device": (story_people.claim(OTHER_SERIAL.replace("4", "6")), {"a new box"}),
    "record-license-file-delivery": (story.deliver(1, 2), {"the box", *with_right("licenses")}),
    "return-licenses": (story.give_back(), {"the box", *with_right("return")}),
}


ENDPOINTS: dict[str, str] = {
    "POST /v1/companies": "register-company",
    "GET /v1/companies": "the account's own companies",
    "GET /v1/companies/{company}": "members, staff",
    "POST /v1/companies/{company}/members": "add-member",
    "POST /v1/companies/{company}/member-removals": "remove-member",
    "GET /v1/companies/{company}/members": "administrators, staff",
    "POST /v1/projects": "create-project",
    "GET /v1/projects": "view",
    "GET /v1/projects/{project}": "view",
    "GET /v1/projects/{project}/balance": "view",
    "POST /v1/projects/{project}/members": "grant-rights",
    "POST /v1/projects/{project}/member-revocations": "revoke-rights",
    "GET /v1/projects/{project}/members": "rights",
    "POST /v1/projects/{project}/renaming": "rename-project",
    "POST /v1/projects/{project}/archiving": "archive-project",
    "POST /v1/projects/{project}/transfers": "move-licenses",
    "POST /v1/projects/{project}/deallocations": "deallocate-licenses",
    "POST /v1/projects/{project}/devices": "add-device",
    "GET /v1/projects/{project}/devices": "view",
    "POST /v1/projects/{project}/allocations": "allocate-licenses",
    "POST /v1/projects/{project}/claim-codes": "create-claim-code",
    "POST /v1/projects/{project}/claim-code-withdrawals": "withdraw-claim-code",
    "GET /v1/projects/{project}/claim-codes": "licenses",
    "GET /v1/movements": "view",
    "GET /v1/devices/{serial}": "view",
    "POST /v1/devices/{serial}/moves": "move-device",
    "POST /v1/devices/{serial}/release": "release-device",
    "POST /v1/devices/{serial}/offers": "offer-device",
    "POST /v1/devices/{serial}/offer-withdrawals": "withdraw-device-offer",
    "POST /v1/devices/{serial}/acceptances": "accept-device",
    "POST /v1/devices/{serial}/staff-moves": "transfer-device",
    "GET /v1/device-offers": "members with licenses, staff",
    "GET /v1/devices/{serial}/license-file": "licenses",
    "PUT /v1/devices/{serial}/return": "return-licenses",
    "GET /v1/devices/{serial}/return-receipt": "return",
    "POST /v1/activation-keys": "issue-activation-key",
    "POST /v1/activation-keys/redemptions": "redeem-activation-key",
    "GET /v1/activation-keys": "staff",
    "GET /v1/activation-keys/{key_digest}": "staff",
    "GET /v1/activation-keys/{key_digest}/history": "staff",
    "GET /v1/devices": "view",
    "GET /v1/devices/{serial}/history": "view",
    "GET /v1/projects/{project}/history": "view",
    "GET /v1/projects/{project}/balance/why": "view",
    "GET /v1/companies/{company}/history": "administrators, staff",
    "GET /v1/exports/movements": "view",
    "GET /v1/exports/balances": "view",
    "POST /v1/commands": "whoever may do what the line says",
}
"""What each endpoint asks: a command of the table above, or for queries the right that tests/integration proves."""


def a_full_ledger() -> Story:
    """Everybody has what they are called after, and every command of the table has something to work on."""
    empty = derived_id("empty", "project")
    told = a_stocked_project_with_people().given(
        (anna, story.project("Empty", identity=empty)),
        (anna, story.allocate(Port11=2)),
        (anna, story.add(OTHER_SERIAL)),
        (anna, story.add("009033010205")),
        (anna, story_people.offer(serial="009033010205")),
        (anna, story_people.code()),
        (story.staff, story.issue("b7" * 32, Port11=1)),
        *((anna, story_people.member(derived_id(name, "account"))) for name in ("leaver", "watcher")),
        (anna, grant(derived_id("watcher", "account"), ADRIA, "view")),
    )
    for name, who in PEOPLE.items():
        _, plus, right = name.partition("+")
        if plus and isinstance(who, Account):
            administrator = anna if who.company == ADRIA else ben
            told.given((administrator, story_people.member(who.account, who.company)))
            for project in (HOTEL, empty):
                told.given((anna, grant(who.account, who.company, cast("Right", right), project=project)))
    return told


FULL = a_full_ledger()
# For the sake of one row each: the other side of an offer, and a box that is in no project.
FULL.given((ben, story_people.member(person("the other side", BORA).account, BORA)))
FULL.given((ben, grant(person("the other side", BORA).account, BORA, "licenses", project=BORAS)))
MORE: dict[str, Actor] = {
    "the other side": person("the other side", BORA),
    "a new box": box.model_copy(update={"serial": OTHER_SERIAL.replace("4", "6")}),
}


def rows() -> Iterator[Any]:
    for name, (command, allowed) in COMMANDS.items():
        for who, actor in (PEOPLE | MORE).items():
            yield pytest.param(command, actor, _allowed(who, name, allowed), id=f"{name}-{who}")


def _allowed(who: str, name: str, allowed: set[str]) -> bool:
    guests_company = who.startswith("guest+") or who == "the other side"
    return who in allowed or ("guests' company" in allowed and guests_company and name == "withdraw-device-offer")


@pytest.mark.parametrize(("command", "actor", "allowed"), list(rows()))
def test_a_command_is_for_those_in_its_row_and_nobody_else(command: Command, actor: Actor, allowed: bool) -> None:
    ledger = Story().ledger if command.name == "found-ledger" else FULL.ledger
    answer = decide(ledger, command, actor, now=NOON)
    if allowed:
        assert not isinstance(answer, Rejection), answer
    else:
        assert isinstance(answer, Rejection)
        assert answer.code in SEES_NOTHING


def test_every_command_has_a_row() -> None:
    assert {command.model_fields["name"].default for command in get_args(Command)} == set(COMMANDS)
    assert all(command.name == name for name, (command, _) in COMMANDS.items())


def test_every_endpoint_has_a_row() -> None:
    paths = application(cast("Services", None)).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert routes == set(ENDPOINTS)


def test_every_command_has_an_endpoint_or_is_not_for_people() -> None:
    not_by_the_api = {"found-ledger", "claim-device", "record-license-file-delivery"}
    assert set(COMMANDS) - not_by_the_api <= set(ENDPOINTS.values())
