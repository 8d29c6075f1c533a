"""One table of every command and every endpoint, and who may call it: what has no row here fails."""

from collections.abc import Iterator
from typing import Any, cast, get_args

import pytest

from contracts.actors import Account, Actor
from contracts.commands import Command
from contracts.commands.legacy import ConvertLegacyLicenses
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses
from contracts.fields import Right
from contracts.identifiers import derived_id
from contracts.legacy import preview_digest
from ledger.domain.decide import decide
from ledger.domain.decisions import Rejection
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.dependencies import Services
from tests.support.ledger import story, story_company_imports, story_corrections, story_members
from tests.support.ledger.histories_over_time import priced
from tests.support.ledger.story import ADRIA, BORA, HOTEL, NOON, OTHER_SERIAL, Story, anna, ben, box
from tests.support.ledger.story_members import BORAS, a_stocked_project_with_people, grant
from tests.unit.ledger.domain import test_catalog, test_software_service, test_test_licenses, test_warranty

RIGHTS: tuple[Right, ...] = get_args(Right)
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


def with_right(*rights: Right) -> set[str]:
    return {"administrator", *(f"{who}+{right}" for right in rights for who in ("member", "guest"))}


RETURNED, OLD = "009033010208", "009033010209"
"""A device that has reached the limit of returns, and a blocked one with licenses of the old manager."""
MEMBERS_WITH_LICENSES = {"administrator", "member+licenses"}

COMMANDS: dict[str, tuple[Command, set[str]]] = {
    "found-ledger": (story.found(), {"operator"}),
    "register-company": (story.register(derived_id("new", "company"), story_members.NOBODY), {"staff"}),
    "create-project": (story.project("Spa", identity=derived_id("spa", "project")), {"administrator"}),
    "rename-project": (story_members.rename("Spa"), {"administrator"}),
    "archive-project": (story_members.archive(derived_id("empty", "project")), {"administrator"}),
    "add-member": (story_members.member(story_members.NOBODY), {"administrator"}),
    "remove-member": (story_members.dismiss(derived_id("leaver", "account")), {"administrator"}),
    "grant-rights": (grant(derived_id("leaver", "account"), ADRIA, "view"), with_right("rights")),
    "revoke-rights": (story_members.revoke(derived_id("watcher", "account"), ADRIA, "view"), with_right("rights")),
    "issue-activation-key": (story.issue("c9" * 32, Port11=1), {"staff"}),
    "redeem-activation-key": (story.redeem("b7" * 32), with_right("licenses")),
    "add-device": (story.add("009033010299"), with_right("licenses")),
    "allocate-licenses": (story.allocate(Port11=1), with_right("licenses")),
    "deallocate-licenses": (story_members.deallocate(Port11=1), with_right("licenses")),
    "move-licenses": (story_members.transfer(target=derived_id("empty", "project"), Port11=1), with_right("licenses")),
    "move-device": (story_members.move(derived_id("empty", "project")), with_right("licenses")),
    "release-device": (story_members.release(OTHER_SERIAL), MEMBERS_WITH_LICENSES),
    "offer-device": (story_members.offer(serial=OTHER_SERIAL), MEMBERS_WITH_LICENSES),
    "withdraw-device-offer": (story_members.withdraw("009033010205"), MEMBERS_WITH_LICENSES | {"guests' company"}),
    "accept-device": (story_members.accept(BORAS, "009033010205"), {"the other side"}),
    "transfer-device": (story_members.staff_moves(), {"staff"}),
    "replace-device": (story_corrections.replace(), {"staff"}),
    "create-invitation": (story_company_imports.invite(digest="d8" * 32), {"administrator"}),
    "withdraw-invitation": (story_company_imports.uninvite(), {"administrator"}),
    "accept-invitation": (story_company_imports.join(), set()),
    "offer-company": (story_company_imports.offer_company(BORA, ADRIA), {"administrator"}),
    "withdraw-company-offer": (
        story_company_imports.withdraw_company(),
        {"administrator", "who made a company by accident"},
    ),
    "import-company": (story_company_imports.take_over(), {"administrator"}),
    "create-claim-code": (story_members.code(digest="c8" * 32), with_right("licenses")),
    "withdraw-claim-code": (story_members.withdraw_code(), with_right("licenses")),
    "claim-device": (story_members.claim(OTHER_SERIAL.replace("4", "6")), {"a new box"}),
    "record-license-file-delivery": (story.deliver(1, 2), {"the box", *with_right("licenses")}),
    "download-license-file": (story_corrections.download(1, 2), {"staff"}),
    "return-licenses": (story.give_back(), {"the box", *with_right("return")}),
    "define-license-types": (test_catalog.define(test_catalog.SMB), {"staff"}),
    "define-device-models": (test_catalog.models(test_catalog.MODEL), {"staff"}),
    "register-devices": (test_catalog.register(test_catalog.delivered(OTHER_SERIAL)), {"staff"}),
    "extend-warranty": (test_warranty.extend(), with_right("service")),
    "issue-test-licenses": (test_test_licenses.ask(), with_right("test")),
    "buy-software-service": (BuySoftwareService(project=HOTEL, months=1, preview="0" * 64), with_right("service")),
    "release-held-licenses": (ReleaseHeldLicenses(project=HOTEL, preview="0" * 64), with_right("service")),
    "upgrade-licenses": (test_software_service.upgrade(11), with_right("licenses")),
    "release-return-limit": (story_corrections.release_limit(RETURNED), {"staff"}),
    "report-spent-certificate": (story_corrections.report_spent(1, RETURNED), {"a box that gave back"}),
    "block-activation-key": (story_corrections.block_key("b7" * 32), {"staff"}),
    "unblock-activation-key": (story_corrections.unblock_key("b8" * 32), {"staff"}),
    "block-device": (story_corrections.block_device(), {"staff"}),
    "unblock-device": (story_corrections.unblock_device(OLD), {"staff"}),
    "block-company": (story_corrections.block_company(), {"staff"}),
    "unblock-company": (story_corrections.unblock_company(derived_id("blocked", "company")), {"staff"}),
    "propose-correction": (
        story_corrections.propose("issuance", story_corrections.PLACE, derived_id("new", "correction"), Port11=1),
        {"staff"},
    ),
    "propose-delivery-correction": (
        story_corrections.propose_delivery(correction=derived_id("new", "correction")),
        {"staff"},
    ),
    "approve-correction": (story_corrections.approve(), {"staff"}),
    "reject-correction": (story_corrections.reject(), {"staff"}),
    "import-legacy-licenses": (story_corrections.bring_in({"BRIs": 1}), {"staff"}),
    "register-legacy-keys": (story_corrections.listed("c6" * 32, {"BRIs": 1}), {"staff"}),
    "import-legacy-key": (story_corrections.old_key("c5" * 32), with_right("licenses")),
    "give-legacy-consent": (story_corrections.consent(OLD), with_right("return")),
    "convert-legacy-licenses": (
        ConvertLegacyLicenses(project=HOTEL, preview_digest=preview_digest(HOTEL, {"Registrations": 5}, {"Port8": 5})),
        with_right("licenses"),
    ),
}


ENDPOINTS: dict[str, str] = {
    "POST /v1/companies": "register-company",
    "GET /v1/companies": "the account's own companies, staff",
    "GET /v1/companies/{company}": "members, staff",
    "POST /v1/companies/{company}/members": "add-member",
    "POST /v1/companies/{company}/member-removals": "remove-member",
    "GET /v1/companies/{company}/members": "administrators, staff",
    "POST /v1/companies/{company}/invitations": "create-invitation",
    "POST /v1/companies/{company}/invitation-withdrawals": "withdraw-invitation",
    "GET /v1/companies/{company}/invitations": "administrators, staff",
    "POST /v1/invitations/acceptances": "accept-invitation",
    "POST /v1/companies/{company}/offers": "offer-company",
    "POST /v1/companies/{company}/offer-withdrawals": "withdraw-company-offer",
    "GET /v1/company-offers": "administrators, staff",
    "POST /v1/companies/{company}/imports": "import-company",
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
    "POST /v1/devices/{serial}/replacements": "replace-device",
    "GET /v1/replacements": "view",
    "GET /v1/device-offers": "members with licenses, staff",
    "GET /v1/devices/{serial}/license-file": "licenses",
    "PUT /v1/devices/{serial}/return": "return-licenses",
    "GET /v1/devices/{serial}/return-receipt": "return",
    "GET /v1/license-types": "anybody with a token",
    "POST /v1/license-types": "define-license-types",
    "GET /v1/device-models": "anybody with a token",
    "POST /v1/device-models": "define-device-models",
    "POST /v1/delivered-devices": "register-devices",
    "GET /v1/delivered-devices": "staff",
    "POST /v1/delivered-devices/{serial}/corrections": "propose-delivery-correction",
    "POST /v1/devices/{serial}/warranty-extensions": "extend-warranty",
    "GET /v1/devices/{serial}/guarantee": "view, in the name of a reseller, or staff",
    "POST /v1/devices/{serial}/test-licenses": "issue-test-licenses",
    "GET /v1/devices/{serial}/test-licenses": "view",
    "GET /v1/projects/{project}/software-service": "view",
    "GET /v1/projects/{project}/software-service/price": "view",
    "GET /v1/projects/{project}/software-service/held-licenses/price": "view",
    "POST /v1/projects/{project}/software-service": "buy-software-service",
    "POST /v1/projects/{project}/software-service/held-licenses/releases": "release-held-licenses",
    "POST /v1/projects/{project}/upgrades": "upgrade-licenses",
    "POST /v1/activation-keys": "issue-activation-key",
    "POST /v1/activation-keys/redemptions": "redeem-activation-key",
    "POST /v1/activation-keys/previews": "whoever has the key, licenses where it names a project",
    "GET /v1/activation-keys": "staff",
    "GET /v1/activation-keys/{key_digest}": "staff, view of the project it went to",
    "GET /v1/activation-keys/{key_digest}/history": "staff, view of the project it went to",
    "GET /v1/devices": "view",
    "GET /v1/devices/{serial}/history": "view",
    "GET /v1/projects/{project}/history": "view",
    "GET /v1/projects/{project}/balance/why": "view",
    "GET /v1/companies/{company}/history": "administrators, staff",
    "GET /v1/exports/movements": "view",
    "GET /v1/exports/balances": "view",
    "POST /v1/commands": "whoever may do what the line says",
    "POST /v1/devices/{serial}/return-limit-releases": "release-return-limit",
    "POST /v1/blocks": "block-activation-key, block-device, block-company",
    "POST /v1/blocks/releases": "unblock-activation-key, unblock-device, unblock-company",
    "GET /v1/blocks": "administrators, staff",
    "GET /v1/spent-certificates": "staff",
    "POST /v1/devices/{serial}/staff-downloads": "download-license-file",
    "GET /v1/staff-downloads": "staff",
    "POST /v1/corrections": "propose-correction",
    "POST /v1/corrections/{correction}/approval": "approve-correction",
    "POST /v1/corrections/{correction}/rejection": "reject-correction",
    "GET /v1/corrections": "staff",
    "GET /v1/corrections/{correction}": "staff",
    "POST /v1/projects/{project}/legacy-licenses": "import-legacy-licenses",
    "GET /v1/projects/{project}/legacy-licenses": "view",
    "GET /v1/projects/{project}/legacy-conversions/preview": "view",
    "POST /v1/projects/{project}/legacy-conversions": "convert-legacy-licenses",
    "POST /v1/devices/{serial}/legacy-consent": "give-legacy-consent",
    "POST /v1/legacy-keys": "register-legacy-keys",
    "GET /v1/legacy-keys": "staff",
    "POST /v1/projects/{project}/legacy-keys": "import-legacy-key",
    "GET /v1/projects/{project}/legacy-imports": "view",
    "GET /v1/projects/{project}/legacy-conversions": "view",
    "GET /v1/projects/{project}/legacy-consents": "view",
    "GET /v1/return-limit-releases": "staff",
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
        (anna, story_members.offer(serial="009033010205")),
        (anna, story_members.code()),
        (anna, story_company_imports.invite()),
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
    """A delivered device, service that runs, licenses that wait to be paid, and what all of this costs."""
    told.given(
        (story.staff, test_catalog.models(test_catalog.MODEL)),
        (story.staff, test_catalog.register(test_catalog.delivered())),
        (story.staff, test_catalog.register(test_catalog.delivered(story_corrections.SPARE))),
        (story.staff, test_warranty.KEY.model_copy(update={"key_digest": "c7" * 32})),
        (anna, story.redeem("c7" * 32)),
        (story.staff, story.issue("b9" * 32, Port9=1, SSC=6)),
        (anna, story.redeem("b9" * 32)),
    )
    test_software_service.bought(told, 1)
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
        (story.staff, story_corrections.block_key("b8" * 32)),
        (story.staff, story.register(blocked, story_members.NOBODY)),
        (story.staff, story_corrections.block_company(blocked)),
        (story_corrections.second, story_corrections.propose("issuance", story_corrections.PLACE, Port11=1)),
        (anna, story.add(OLD)),
        (anna, story.add(RETURNED)),
        (story.staff, story_corrections.block_device(OLD)),
        (story.staff, story_corrections.bring_in({"Registrations": 5})),
        (story.staff, story_corrections.listed("c5" * 32, {"BRIs": 2})),
        (story.staff, story_corrections.bring_in({"PRIs": 1}, on=OLD)),
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


def test_every_command_has_a_row() -> None:
    assert {command.model_fields["name"].default for command in get_args(Command)} == set(COMMANDS)
    assert all(command.name == name for name, (command, _) in COMMANDS.items())


def test_every_endpoint_has_a_row() -> None:
    paths = application(cast("Services", None)).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert routes == set(ENDPOINTS)


def test_every_command_has_an_endpoint_or_is_not_for_people() -> None:
    not_by_the_api = {"found-ledger", "claim-device", "record-license-file-delivery", "report-spent-certificate"}
    asked = {name for names in ENDPOINTS.values() for name in names.split(", ")}
    assert set(COMMANDS) - not_by_the_api <= asked
