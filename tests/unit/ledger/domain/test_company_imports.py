"""Rule X9, second half: a company that was made by accident goes over into another one, by consent of both."""

from collections import Counter
from collections.abc import Iterator
from typing import cast

from immutables import Map

from contracts.commands.companies import CreateProject
from contracts.commands.members import AddMember
from contracts.commands.software_service import BuySoftwareService
from contracts.events.company_imports import CompanyImported, ImportedProject
from contracts.fields import MAX_COMMAND_BYTES, MAX_IMPORTED_ACCOUNTS, MAX_IMPORTED_PROJECTS
from contracts.identifiers import derived_id
from contracts.log.entries import GENESIS, encode_entry
from ledger.domain.company_imports import MAX_IMPORTED_DEVICES
from ledger.domain.evolve import evolve
from ledger.domain.rights import rights_in
from ledger.domain.state import Device, Project, RedeemedKey
from tests.support.ledger.histories_over_time import UNPRICED, priced
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    BORA,
    HOTEL,
    NOON,
    OTHER_SERIAL,
    SERIAL,
    VENDOR,
    Story,
    add,
    allocate,
    anna,
    ben,
    box,
    issue,
    other_box,
    project,
    redeem,
    register,
    staff,
)
from tests.support.ledger.story_blocks import block_company, unblock_company
from tests.support.ledger.story_claims import claim, code
from tests.support.ledger.story_company_imports import (
    CASA,
    CASAS,
    CLEO,
    an_accidental_company,
    an_offered_company,
    cleo,
    of_company,
    offer_company,
    take_over,
    withdraw_company,
)
from tests.support.ledger.story_corrections import approve, propose, second, with_a_second_clerk
from tests.support.ledger.story_device_moves import BORAS, accept, move, offer
from tests.support.ledger.story_invitations import INVITATION, invite, join, newcomer
from tests.support.ledger.story_legacy import bring_in, listed, old_key
from tests.support.ledger.story_members import GUS, MIA, dismiss, grant, gus, member, mia
from tests.support.ledger.story_projects import archive, deallocate, rename, transfer

CASAS_KEY = "c1" * 32
LIMITS = {"projects": MAX_IMPORTED_PROJECTS, "accounts": MAX_IMPORTED_ACCOUNTS, "devices": MAX_IMPORTED_DEVICES}
MANY_PROJECTS = [derived_id(str(number), "project") for number in range(MAX_IMPORTED_PROJECTS)]


def with_licenses(story: Story) -> Story:
    """12 ports, 3 of them on a device, and credits, in the accidental company."""
    return story.given(
        (staff, issue(CASAS_KEY, Port11=12, Channel=2, SSC=300)),
        (cleo, redeem(CASAS_KEY, CASAS)),
        (cleo, add(OTHER_SERIAL, CASAS)),
        (cleo, allocate(OTHER_SERIAL, CASAS, Port11=3, Channel=2)),
    )


def imported(story: Story) -> CompanyImported:
    event = story.when(anna, take_over()).accepted()
    assert isinstance(event, CompanyImported)
    return event


def test_its_projects_move_with_balances_and_devices() -> None:
    story = with_licenses(an_offered_company())
    imported(story)
    assert story.ledger.projects[CASAS].company == ADRIA
    assert (story.free(CASAS), story.on(OTHER_SERIAL)) == (
        {"Port11": 9, "SSC": 300},
        {"Port11": 3, "Channel": 2},
    )
    assert story.ledger.devices[OTHER_SERIAL].company == ADRIA
    story.given((anna, deallocate(OTHER_SERIAL, CASAS, Port11=3)), (anna, transfer(CASAS, HOTEL, Port11=12)))
    story.given((anna, move(HOTEL, OTHER_SERIAL)))


def test_r1_what_moves_out_of_one_company_moves_into_the_other() -> None:
    story = with_licenses(an_offered_company())
    before = {company: of_company(story.ledger, company) for company in (ADRIA, CASA, BORA)}
    imported(story)
    assert of_company(story.ledger, ADRIA) == Counter(before[ADRIA]) + Counter(before[CASA])
    assert of_company(story.ledger, CASA) == {}
    assert of_company(story.ledger, BORA) == before[BORA]


def test_a_project_whose_name_is_taken_gets_a_number_behind_it() -> None:
    story = an_offered_company().given((anna, project("default (2)", identity=derived_id("second", "project"))))
    event = imported(story)
    assert event.projects == (ImportedProject(project=CASAS, project_name="DEFAULT (3)"),)
    assert story.ledger.projects[CASAS].name == "DEFAULT (3)"
    story.when(anna, rename("DEFAULT (3)")).refused("project_name_taken", project_name="DEFAULT (3)")
    story.given((anna, rename("Casa", CASAS)))


def test_a_long_name_stays_within_its_bound() -> None:
    name, theirs = "x" * 80, derived_id("theirs", "project")
    story = an_offered_company().given(
        (anna, project(name, identity=derived_id("ours", "project"))), (cleo, project(name, CASA, theirs))
    )
    assert {one.project_name for one in imported(story).projects} == {"DEFAULT (2)", "x" * 76 + " (2)"}


def test_its_accounts_join_without_rights() -> None:
    story = an_offered_company().given((cleo, member(GUS, CASA)), (cleo, member(MIA, CASA)))
    assert imported(story).members == tuple(sorted((CLEO, GUS)))
    assert story.ledger.companies[ADRIA].members == {MIA, GUS, CLEO}
    assert not rights_in(story.ledger, cleo.model_copy(update={"company": ADRIA}), CASAS)


def test_who_administers_both_stays_an_administrator() -> None:
    story = an_offered_company().given((cleo, member(ANNA, CASA, administrator=True)))
    assert imported(story).members == (CLEO,)
    assert story.ledger.companies[ADRIA].administrators == {ANNA}


def test_guests_keep_their_rights_and_rights_in_its_name_end() -> None:
    story = an_offered_company().given(
        (cleo, grant(GUS, BORA, "licenses", project=CASAS)), (anna, grant(CLEO, CASA, "licenses"))
    )
    imported(story)
    story.given((gus, add(OTHER_SERIAL, CASAS)))
    assert (CLEO, CASA) not in story.ledger.grants
    story.when(cleo, allocate(Port11=1)).refused("company_closed")


def test_service_goes_along_with_its_project() -> None:
    story = with_licenses(an_offered_company())
    buy = BuySoftwareService(project=CASAS, months=12, preview=UNPRICED)
    story.given((cleo, priced(story.ledger, buy, NOON)))
    before = story.ledger.service[CASAS]
    imported(story)
    assert story.ledger.service[CASAS] == before


def test_it_is_closed_for_ever() -> None:
    story = an_offered_company()
    imported(story)
    story.when(cleo, project("Spa", CASA, derived_id("spa", "project"))).refused("company_closed")
    story.when(cleo, offer_company(BORA)).refused("company_closed")
    story.when(staff, block_company(CASA)).refused("company_closed")
    story.when(staff, unblock_company(CASA)).refused("company_closed")
    story.when(staff, register(CASA, CLEO)).refused("company_exists")
    story.when(anna, invite(CASA)).refused("company_unknown")
    story.when(ben, offer_company(CASA, BORA)).refused("company_unknown")
    story.when(anna, offer(CASA)).refused("company_unknown")
    story.when(anna, grant(CLEO, CASA, "view")).refused("member_unknown")


def test_an_import_needs_the_offer_of_the_other_side() -> None:
    story = an_accidental_company()
    story.when(anna, take_over()).refused("company_offer_unknown")
    story.given((cleo, offer_company(BORA))).when(anna, take_over()).refused("company_offer_unknown")
    story.when(cleo, offer_company()).refused("company_offered", company=BORA)


def test_an_offer_is_made_and_taken_by_administrators() -> None:
    story = an_accidental_company().given((cleo, member(GUS, CASA)))
    story.when(gus.model_copy(update={"company": CASA}), offer_company()).refused("no_right")
    story.when(ben, offer_company()).refused("company_unknown")
    story.when(staff, offer_company()).refused("no_right")
    story.given((cleo, offer_company())).when(mia, take_over()).refused("no_right")
    story.when(cleo, take_over()).refused("company_unknown")


def test_an_offer_is_taken_back_or_declined() -> None:
    story = an_offered_company().given((cleo, withdraw_company()), (cleo, offer_company()), (anna, withdraw_company()))
    story.when(anna, take_over()).refused("company_offer_unknown")
    story.when(cleo, withdraw_company()).refused("company_offer_unknown")
    story.when(ben, withdraw_company()).refused("company_unknown")


def test_a_company_is_not_offered_to_itself_or_to_nobody() -> None:
    story = an_accidental_company()
    story.when(cleo, offer_company(CASA)).refused("same_company")
    story.when(cleo, offer_company(derived_id("nobody", "company"))).refused("company_unknown")


def test_kinds_have_to_fit_and_only_the_other_side_learns_that_they_do_not() -> None:
    an_offered_company("end_customer").when(anna, take_over()).refused("company_kind_differs")


def test_blocked_companies_are_not_imported_and_import_nothing() -> None:
    story = an_offered_company().given((staff, block_company(CASA)))
    story.when(anna, take_over()).refused("company_blocked")
    story.given((staff, unblock_company(CASA)), (staff, block_company(ADRIA)))
    story.when(anna, take_over()).refused("company_blocked")


def test_the_same_import_again_is_done_already() -> None:
    story = an_offered_company()
    imported(story)
    story.when(anna, take_over()).done_before(story.ledger.sequence)


def test_its_invitations_claim_codes_and_offers_end() -> None:
    story = an_offered_company().given(
        (cleo, invite(CASA)),
        (cleo, code(CASAS)),
        (cleo, add(OTHER_SERIAL, CASAS)),
        (cleo, offer(BORA, OTHER_SERIAL)),
        (anna, offer(CASA)),
        (ben, offer_company(CASA, BORA)),
    )
    imported(story)
    story.when(newcomer, join()).refused("invitation_used")
    story.when(box, claim()).refused("claim_code_used")
    story.when(other_box, claim(OTHER_SERIAL)).refused("claim_code_used")
    story.when(ben, accept(BORAS, OTHER_SERIAL)).refused("offer_unknown")
    assert not story.ledger.offers
    assert not story.ledger.cold.company_offers
    story.given((anna, offer(BORA)), (ben, accept()), (ben, offer_company(ADRIA, BORA)))
    assert story.ledger.devices[SERIAL].project == BORAS


def test_a_company_that_took_one_over_is_taken_over_itself() -> None:
    story = with_licenses(an_offered_company())
    imported(story)
    story.given((anna, offer_company(BORA, ADRIA)), (ben, take_over(ADRIA, BORA)))
    assert story.ledger.projects[CASAS].company == BORA
    assert {one.company for one in story.ledger.devices.values()} == {BORA}
    story.when(cleo, take_over()).refused("company_closed")


def test_archived_projects_go_along_and_keep_their_names() -> None:
    shut = derived_id("shut", "project")
    story = an_offered_company().given((cleo, project("Hotel Adria", CASA, shut)), (cleo, archive(shut)))
    assert ImportedProject(project=shut, project_name="Hotel Adria") in imported(story).projects
    assert story.ledger.projects[shut].company == ADRIA
    story.when(anna, rename("Hotel Adria", CASAS)).refused("project_name_taken", project_name="Hotel Adria")


def test_a_correction_that_waits_for_a_second_person_waits_on() -> None:
    story = with_licenses(with_a_second_clerk(an_offered_company()))
    story.given((staff, propose("issuance", f"project/{CASAS}", Port11=1)))
    imported(story)
    story.given((second, approve()))
    assert story.free(CASAS)["Port11"] == 10


def test_a_key_that_it_used_tells_the_other_company_where_it_went() -> None:
    story = with_licenses(an_offered_company())
    story.when(anna, redeem(CASAS_KEY)).refused("key_already_redeemed")
    imported(story)
    story.when(anna, redeem(CASAS_KEY))
    used = story.ledger.keys[CASAS_KEY]
    assert isinstance(used, RedeemedKey)
    story.refused("key_already_redeemed", project=CASAS, sequence=used.sequence)
    story.given((staff, bring_in({"Registrations": 3}, into=CASAS)))


def test_an_old_key_that_it_redeemed_in_the_old_manager_is_the_other_companys() -> None:
    story = an_offered_company().given((staff, listed(INVITATION, {"Registrations": 5}, CASA)))
    story.when(anna, old_key(INVITATION)).refused("key_already_redeemed")
    imported(story)
    story.given((anna, old_key(INVITATION)))
    key = listed("d9" * 32, {"Registrations": 5}, CASA)
    story.when(staff, key).refused("company_closed", company=CASA)


def test_the_greatest_import_fits_an_entry_and_a_greater_one_is_for_staff() -> None:
    names = ["\N{SLICE OF PIZZA}" * 76 + f" {number:03}" for number in range(MAX_IMPORTED_PROJECTS)]
    story = an_offered_company().given(
        *((cleo, CreateProject(company=CASA, project=derived_id(name, "p"), project_name=name)) for name in names[1:]),
        *(
            (cleo, AddMember(company=CASA, account=derived_id(str(number), "account"), administrator=False))
            for number in range(MAX_IMPORTED_ACCOUNTS - 1)
        ),
    )
    full = story.ledger
    value = encode_entry(
        imported(story),
        ledger=0,
        sequence=2**31 - 1,
        prev=GENESIS,
        at=NOON,
        command_id="c" * 64,
        command_hash="d" * 64,
        actor=str(anna),
        correlation_id="x" * 80,
    )
    assert len(value) <= MAX_COMMAND_BYTES
    story.ledger = full
    story.given((cleo, CreateProject(company=CASA, project=derived_id("more", "p"), project_name="More")))
    story.when(anna, take_over()).refused("import_too_big", **LIMITS)
    story.ledger = full
    story.given((cleo, member(GUS, CASA))).when(anna, take_over()).refused("import_too_big", **LIMITS)
    story.given((cleo, dismiss(GUS, CASA))).when(anna, take_over()).accepted()


def with_devices(story: Story, count: int) -> Story:
    """The accidental company's project as one that has so many devices."""
    project = story.ledger.projects[CASAS]._replace(devices=count)
    story.ledger = story.ledger._replace(projects=story.ledger.projects.set(CASAS, project))
    return story


def test_a_company_with_too_many_devices_is_for_staff() -> None:
    with_devices(an_offered_company(), MAX_IMPORTED_DEVICES).when(anna, take_over()).accepted()
    full = with_devices(an_offered_company(), MAX_IMPORTED_DEVICES + 1)
    full.when(anna, take_over()).refused("import_too_big", **LIMITS)


class Unwalked(dict[str, object]):
    """What answers by name, and must not be looked through."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all of them were looked at")

    items = keys = values = __iter__  # type: ignore[assignment]  # every way through it is the same: none


def test_a_refused_import_looks_at_no_other_company() -> None:
    story = an_offered_company().given(
        *((cleo, CreateProject(company=CASA, project=one, project_name=one)) for one in MANY_PROJECTS)
    )
    projects, devices = Unwalked(story.ledger.projects), Unwalked(story.ledger.devices)
    story.ledger = story.ledger._replace(
        projects=cast("Map[str, Project]", projects), devices=cast("Map[str, Device]", devices)
    )
    story.when(anna, take_over()).refused("import_too_big", **LIMITS)


def test_an_import_of_a_company_without_devices_looks_at_no_device() -> None:
    story = an_offered_company()
    devices = Unwalked(story.ledger.devices)
    event = imported(an_offered_company())
    after = evolve(story.ledger._replace(devices=cast("Map[str, Device]", devices)), event, at=NOON, by="operator:test")
    assert after.projects[CASAS].company == ADRIA


def test_projects_are_counted_over_a_chain_of_imports() -> None:
    story = an_offered_company().given(
        *((anna, CreateProject(company=ADRIA, project=one, project_name=one)) for one in MANY_PROJECTS[:-3])
    )
    imported(story)
    story.given((anna, offer_company(BORA, ADRIA)))
    story.when(ben, take_over(ADRIA, BORA)).accepted()
    assert {one.company for one in story.ledger.projects.values()} == {BORA, VENDOR}


def test_a_company_that_grew_by_an_import_may_be_too_big_for_another() -> None:
    story = an_offered_company().given(
        *((anna, CreateProject(company=ADRIA, project=one, project_name=one)) for one in MANY_PROJECTS[:-2])
    )
    imported(story)
    story.given((anna, offer_company(BORA, ADRIA)))
    story.when(ben, take_over(ADRIA, BORA)).refused("import_too_big", **LIMITS)
