"""Rules section 7 and rule F8: a partner imports a key of the old manager that stands on its list."""

import pytest

from contracts.actors import Actor
from contracts.commands.legacy_keys import RegisterLegacyKeys
from contracts.events.legacy import LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.identifiers import derived_id
from contracts.legacy import LegacyLicenses, ListedKey
from ledger.domain.evolve import evolve
from tests.support.ledger import story_projects
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    Story,
    a_stocked_project,
    anna,
    ben,
    box,
    operator,
    staff,
)
from tests.support.ledger.story_device_moves import BORAS
from tests.support.ledger.story_legacy import bring_in, convert_as_seen, listed, old, old_key
from tests.support.ledger.story_members import MIA, grant, member, mia

KEY, OTHER = "77" * 32, "78" * 32
CONTENTS = {"Registrations": 5, "PBX7#100": 1}


def a_list(company: str | None = None) -> Story:
    return a_stocked_project().given((staff, listed(KEY, CONTENTS, company)))


def test_a_key_on_the_list_gives_nobody_anything_yet() -> None:
    event = a_stocked_project().when(staff, listed(KEY, CONTENTS)).accepted()
    assert isinstance(event, LegacyKeysRegistered)
    assert old(a_list()) == {}


def test_a_partner_imports_a_key_and_gets_what_the_list_says() -> None:
    told = a_list()
    event = told.when(anna, old_key(KEY)).accepted()
    assert isinstance(event, LegacyLicensesImported)
    assert (event.company, event.project, event.key_digest, event.reference) == (ADRIA, HOTEL, KEY, "EXPORT-8")
    assert old(told) == CONTENTS
    told.given((anna, convert_as_seen(told)))
    assert told.free()["Port8"] == 5


def test_a_key_that_stands_on_no_list_is_unknown() -> None:
    a_list().when(anna, old_key(OTHER)).refused("key_unknown")


def test_a_key_is_imported_once() -> None:
    told = a_list().given((anna, old_key(KEY)))
    told.when(anna, old_key(KEY, DEFAULT)).refused("key_already_imported", project=HOTEL, sequence=9)
    told.given((anna, convert_as_seen(told)))
    told.when(anna, old_key(KEY)).refused("key_already_converted", project=HOTEL, sequence=9)
    told.when(staff, bring_in(CONTENTS, key=KEY)).refused("key_already_converted", project=HOTEL, sequence=9)


def test_another_company_learns_only_that_a_key_is_used() -> None:
    a_list().given((anna, old_key(KEY))).when(ben, old_key(KEY, BORAS)).refused("key_already_redeemed")


def test_who_does_not_see_the_project_of_a_key_does_not_learn_it() -> None:
    told = a_list().given((anna, old_key(KEY)), (anna, member()))
    told.given((anna, grant(MIA, ADRIA, "licenses", project=DEFAULT)))
    told.when(mia, old_key(KEY, DEFAULT)).refused("key_already_imported")


def test_a_key_that_another_company_redeemed_in_the_old_manager_is_no_use() -> None:
    a_list(BORA).when(anna, old_key(KEY)).refused("key_already_redeemed")
    a_list(BORA).when(staff, bring_in(CONTENTS, key=KEY)).refused("key_already_redeemed")
    a_list(BORA).when(ben, old_key(KEY, BORAS)).accepted()


def test_staff_imports_a_key_of_the_list_with_what_stands_there_and_nothing_else() -> None:
    a_list().when(staff, bring_in({"Registrations": 6}, key=KEY)).refused("legacy_licenses_differ")
    told = a_list().given((staff, bring_in(CONTENTS, key=KEY)))
    told.when(anna, old_key(KEY)).refused("key_already_imported", project=HOTEL, sequence=9)


def test_a_key_comes_onto_the_list_once() -> None:
    a_list().when(staff, listed(KEY, CONTENTS)).refused("legacy_key_registered", key_digest=KEY)
    a_list().given((anna, old_key(KEY))).when(staff, listed(KEY, CONTENTS)).refused(
        "legacy_key_registered", key_digest=KEY
    )
    line = listed(OTHER, CONTENTS).keys
    a_list().when(staff, RegisterLegacyKeys(keys=line * 2, reference="EXPORT-9")).refused("legacy_key_repeated")


def test_a_list_names_companies_that_there_are() -> None:
    nobody = derived_id("nobody", "company")
    a_stocked_project().when(staff, listed(KEY, CONTENTS, nobody)).refused("company_unknown", company=nobody)


def test_a_key_that_came_onto_the_list_with_a_name_that_no_conversion_takes_does_not_come_in() -> None:
    told = a_stocked_project()
    line = ListedKey(key_digest=KEY, licenses=(LegacyLicenses(license_name="Registration", count=5),))
    registered = LegacyKeysRegistered(keys=(line,), reference="EXPORT-1")
    told.ledger = evolve(told.ledger, registered, at=told.now, by=str(staff))
    told.when(anna, old_key(KEY)).refused("legacy_name_unknown", license_name="Registration")
    told.given((staff, bring_in({"Registrations": 5}))).given((anna, convert_as_seen(told)))


def test_nothing_old_comes_into_an_archived_project_by_a_key() -> None:
    told = a_list().given((anna, story_projects.archive(DEFAULT)))
    told.when(anna, old_key(KEY, DEFAULT)).refused("project_archived")


@pytest.mark.parametrize("who", [anna, ben, box, operator], ids=str)
def test_only_staff_has_the_list(who: Actor) -> None:
    a_stocked_project().when(who, listed(KEY, CONTENTS)).refused("no_right")


@pytest.mark.parametrize(("actor", "code"), [(ben, "project_unknown"), (box, "project_unknown"), (staff, "no_right")])
def test_nobody_else_imports_a_key_into_a_companys_project(actor: Actor, code: str) -> None:
    a_list().when(actor, old_key(KEY)).refused(code)
