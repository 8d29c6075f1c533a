"""Rules section 7, row by row."""

import pytest

from contracts.accounts import project_account
from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.legacy import ConvertLegacyLicenses
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.identifiers import default_project_of
from contracts.legacy import Inconvertible, convert, lots_of
from contracts.log.postings import Posting, postings
from ledger.domain.evolve import evolve
from tests.support.ledger import story_device_moves, story_projects
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    BORA,
    DEFAULT,
    HOTEL,
    ON_DEVICE,
    OTHER_SERIAL,
    SERIAL,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    give_back,
    operator,
    staff,
)
from tests.support.ledger.story_device_moves import BORAS, release, staff_moves
from tests.support.ledger.story_legacy import bring_in, consent, convert_as_seen, listed, old
from tests.support.ledger.story_replacements import replace

LEGACY_KEY = "77" * 32
SIX = tuple(f"0090330300{number:02x}" for number in range(6))


NEVER = ("Registration", "registrations", "Faxes", "Fax#3", "Registrations#3", "PBX7", "PBX7#100@100", "PBX7#50@100")


def came_in_once(there: dict[str, int]) -> Story:
    """A project with old licenses as they came in before names were checked."""
    story = a_stocked_project()
    imported = LegacyLicensesImported(
        company=ADRIA, project=HOTEL, serial=None, key_digest=None, licenses=lots_of(there), reference="EXPORT-1"
    )
    story.ledger = evolve(story.ledger, imported, at=story.now, by=str(staff))
    return story


@pytest.mark.parametrize(
    ("there", "becomes"),
    [
        ({"Registrations": 30}, {"Port8": 30}),
        ({"PBX7#100": 1}, {}),
        ({"PBX7#100": 1, "PBX7#250@100": 1}, {}),
        ({"PBX7#0": 3}, {}),
        ({"Voicemail#10": 1}, {"Voicemail8": 10}),
        ({"Voicemail#10": 1, "Voicemail#20@10": 1, "Voicemail#50@20": 1}, {"Voicemail8": 50}),
        ({"Voicemail#10": 2, "Voicemail#20@10": 1}, {"Voicemail8": 30}),
        ({"SoftwarePhones": 4}, {"Softphone8": 4}),
        ({"Operators": 2}, {"Operator8": 2}),
        ({"Channels": 8}, {"Channel": 8}),
        ({"BRIs": 4}, {"BRI": 4}),
        ({"PRIs": 1}, {"PRI": 1}),
        ({"Gatekeeper7": 1}, {"Gatekeeper8": 1}),
        ({"Registrations": 5, "PBX7#5": 1, "PRIs": 2}, {"Port8": 5, "PRI": 2}),
    ],
    ids=str,
)
def test_the_conversion_table(there: dict[str, int], becomes: dict[str, int]) -> None:
    assert convert(there) == becomes
    story = a_stocked_project().given((staff, bring_in(there)))
    event = story.when(anna, convert_as_seen(story)).accepted()
    assert isinstance(event, LegacyLicensesConverted)
    assert {lot.license_type: lot.count for lot in event.lots} == becomes
    assert old(story) == {}


@pytest.mark.parametrize(
    ("there", "name"),
    [
        ({"PBX7#250@100": 1}, "PBX7#250@100"),
        ({"PBX7#100": 1, "PBX7#250@100": 2}, "PBX7#250@100"),
        ({"Voicemail#10": 1, "PBX7#250@10": 1}, "PBX7#250@10"),
        ({"PBX7#100@100": 1}, "PBX7#100@100"),
        ({"PBX7#100": 1, "PBX7#50@100": 1}, "PBX7#50@100"),
    ],
    ids=str,
)
def test_an_upgrade_needs_what_it_is_an_upgrade_of(there: dict[str, int], name: str) -> None:
    assert convert(there) == Inconvertible("upgrade_chain_broken", name)
    story = came_in_once(there)
    story.when(anna, convert_as_seen(story)).refused("upgrade_chain_broken", license_name=name)


@pytest.mark.parametrize("name", ["Faxes", "Fax#3", "Registrations#3", "Gatekeeper6"])
def test_one_unknown_name_refuses_the_whole_conversion(name: str) -> None:
    story = came_in_once({"Registrations": 5, name: 1})
    story.when(anna, convert_as_seen(story)).refused("conversion_unknown", license_name=name)
    assert old(story) == {"Registrations": 5, name: 1}


@pytest.mark.parametrize("name", NEVER)
def test_a_name_that_no_conversion_takes_does_not_come_in(name: str) -> None:
    there = {"Registrations": 5, name: 1}
    story = a_stocked_project().when(staff, bring_in(there)).refused("legacy_name_unknown", license_name=name)
    story.when(staff, bring_in(there, on=SERIAL)).refused("legacy_name_unknown", license_name=name)
    story.when(staff, bring_in(there, key=LEGACY_KEY)).refused("legacy_name_unknown", license_name=name)
    story.when(staff, listed(LEGACY_KEY, there)).refused("legacy_name_unknown", license_name=name)


def test_an_upgrade_may_come_in_before_what_it_is_an_upgrade_of() -> None:
    story = a_stocked_project().given((staff, bring_in({"Voicemail#20@10": 1})))
    story.when(anna, convert_as_seen(story)).refused("upgrade_chain_broken", license_name="Voicemail#20@10")
    story.given((staff, bring_in({"Voicemail#10": 1}))).given((anna, convert_as_seen(story)))
    assert story.free()["Voicemail8"] == 20


def test_gateway_licenses_stay_of_their_class_and_all_come_from_issuance() -> None:
    story = a_stocked_project().given((staff, bring_in({"Channels": 8})))
    event = story.when(anna, convert_as_seen(story)).accepted()
    assert isinstance(event, LegacyLicensesConverted)
    assert event.lots[0].license_class == "gateway"
    assert postings(event) == (Posting("issuance", "Channel", -8), Posting(f"project/{HOTEL}", "Channel", 8))


def test_old_licenses_are_in_no_balance_and_not_mixed() -> None:
    story = a_stocked_project()
    before = story.free()
    event = story.when(staff, bring_in({"Registrations": 5})).accepted()
    assert isinstance(event, LegacyLicensesImported)
    assert postings(event) == ()
    assert story.free() == before
    story.when(anna, allocate(Port8=5)).refused("insufficient_balance", license_type="Port8", wanted=5, free=0)


def test_names_that_stand_twice_on_a_list_are_added_up() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5})), (staff, bring_in({"Registrations": 6})))
    assert old(story) == {"Registrations": 11}


def test_a_conversion_is_done_once() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5})))
    story.given((anna, convert_as_seen(story)))
    story.when(anna, convert_as_seen(story)).refused("no_legacy_licenses")
    assert story.free()["Port8"] == 5


def test_a_key_whose_licenses_are_converted_is_dead() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5}, key=LEGACY_KEY)))
    story.given((anna, convert_as_seen(story)))
    story.when(staff, bring_in({"Registrations": 5}, key=LEGACY_KEY)).refused(
        "key_already_converted", project=HOTEL, sequence=8
    )


def test_a_key_comes_in_once() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5}, key=LEGACY_KEY)))
    story.when(staff, bring_in({"Registrations": 5}, key=LEGACY_KEY, into=DEFAULT)).refused(
        "key_already_imported", project=HOTEL, sequence=8
    )


def test_a_key_of_one_company_does_not_come_into_another_and_the_first_is_not_named() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5}, key=LEGACY_KEY)))
    elsewhere = bring_in({"Registrations": 5}, key=LEGACY_KEY, into=default_project_of(BORA))
    story.when(staff, elsewhere).refused("key_already_redeemed")


def test_what_was_seen_before_something_changed_is_not_confirmed() -> None:
    story = a_stocked_project().given((staff, bring_in({"Registrations": 5})))
    seen = convert_as_seen(story)
    story.given((staff, bring_in({"BRIs": 1})))
    story.when(anna, seen).refused("preview_stale")


def test_a_preview_of_another_project_does_not_do() -> None:
    story = a_stocked_project().given(
        (staff, bring_in({"Registrations": 5})), (staff, bring_in({"Registrations": 5}, into=DEFAULT))
    )
    other = convert_as_seen(story, DEFAULT)
    story.when(anna, ConvertLegacyLicenses(project=HOTEL, preview_digest=other.preview_digest)).refused("preview_stale")


def an_old_device() -> Story:
    """Old licenses on the device, beside 20 new ports and 4 channels."""
    story = a_stocked_project().given((anna, allocate(Port11=20, Channel=4)))
    return story.given((staff, bring_in({"Registrations": 5, "PRIs": 1}, on=SERIAL, key=LEGACY_KEY)))


def test_a_device_with_old_licenses_gives_nothing_back_without_consent() -> None:
    an_old_device().when(box, give_back()).refused("v7_consent_required")


def test_consent_is_an_event_that_names_account_and_serial() -> None:
    event = an_old_device().when(anna, consent()).accepted()
    assert isinstance(event, LegacyConsentGiven)
    assert (event.account, event.serial, event.company) == (ANNA, SERIAL, ADRIA)


def test_consent_is_given_once() -> None:
    an_old_device().given((anna, consent())).when(anna, consent()).done_before(10)


def test_a_consent_ends_when_the_device_leaves_its_company() -> None:
    story = an_old_device().given((anna, consent()), (staff, staff_moves()))
    story.when(box, give_back()).refused("v7_consent_required")
    story.given((ben, consent())).when(box, give_back()).accepted()

    released = an_old_device().given((anna, consent()), (box, give_back()), (anna, release()), (ben, add(into=BORAS)))
    released.given((staff, bring_in({"Registrations": 7}, on=SERIAL, into=BORAS)))
    released.when(box, give_back(2, "d2" * 32)).refused("v7_consent_required")


def test_after_consent_and_return_the_old_licenses_are_free_and_convert() -> None:
    story = an_old_device().given((anna, consent()), (box, give_back()))
    assert old(story, ON_DEVICE) == {}
    assert old(story) == {"Registrations": 5, "PRIs": 1}
    story.given((anna, convert_as_seen(story)))
    assert story.free() == {"Port11": 50, "Voicemail11": 2, "Port8": 5, "PRI": 1}
    assert story.ledger.cold.legacy_keys[LEGACY_KEY].is_converted


def test_what_stands_on_a_device_is_not_converted() -> None:
    story = an_old_device().given((anna, consent()))
    story.when(anna, convert_as_seen(story)).refused("no_legacy_licenses")


def test_free_old_licenses_need_no_consent() -> None:
    story = an_old_device().given((staff, bring_in({"Operators": 1})))
    story.given((anna, convert_as_seen(story)))
    assert story.free()["Operator8"] == 1


def test_there_is_nothing_to_consent_to_without_old_licenses() -> None:
    a_stocked_project().when(anna, consent()).refused("no_legacy_licenses")


def test_old_licenses_come_only_onto_a_device_of_the_project() -> None:
    a_stocked_project().when(staff, bring_in({"BRIs": 1}, on=OTHER_SERIAL)).refused("device_unknown")
    a_stocked_project().when(staff, bring_in({"BRIs": 1}, on=SERIAL, into=DEFAULT)).refused(
        "device_not_in_project", project=HOTEL
    )
    a_stocked_project().when(staff, bring_in({"BRIs": 1}, on=SERIAL, into=default_project_of(BORA))).refused(
        "device_not_in_project", project=HOTEL
    )


@pytest.mark.parametrize("who", [anna, ben, box, operator], ids=str)
def test_only_staff_imports(who: Actor) -> None:
    a_stocked_project().when(who, bring_in({"BRIs": 1})).refused("no_right")


@pytest.mark.parametrize(
    ("who", "command", "code"),
    [
        (ben, consent(), "device_unknown"),
        (box, consent(), "device_unknown"),
        (staff, consent(), "no_right"),
        (ben, ConvertLegacyLicenses(project=HOTEL, preview_digest="0" * 64), "project_unknown"),
        (box, ConvertLegacyLicenses(project=HOTEL, preview_digest="0" * 64), "project_unknown"),
    ],
    ids=str,
)
def test_only_the_company_consents_and_converts(who: Actor, command: Command, code: str) -> None:
    an_old_device().when(who, command).refused(code)


def test_a_device_with_old_licenses_leaves_its_company_by_staff_only() -> None:
    story = a_stocked_project().given((staff, bring_in({"BRIs": 1}, on=SERIAL)))
    story.when(anna, story_device_moves.release()).refused("device_not_empty")
    story.when(anna, story_device_moves.offer()).refused("device_not_empty")
    story.given((staff, story_device_moves.staff_moves(default_project_of(BORA))))
    assert old(story, ON_DEVICE) == {"BRIs": 1}


def test_old_licenses_go_with_their_device_within_the_company() -> None:
    story = a_stocked_project().given((staff, bring_in({"BRIs": 1}, on=SERIAL)))
    story.given((anna, story_device_moves.move(DEFAULT)), (anna, consent()), (box, give_back()))
    assert old(story, project_account(DEFAULT)) == {"BRIs": 1}


def test_a_project_with_old_licenses_is_not_empty() -> None:
    story = a_stocked_project().given((staff, bring_in({"BRIs": 1}, into=DEFAULT)))
    story.when(anna, story_projects.archive(DEFAULT)).refused(
        "project_not_empty", devices=0, free=0, held=0, legacy_licenses=1
    )


def test_nothing_old_comes_into_an_archived_project() -> None:
    story = a_stocked_project().given((anna, story_projects.archive(DEFAULT)))
    story.when(staff, bring_in({"BRIs": 1}, into=DEFAULT)).refused("project_archived")


def many_boxes() -> Story:
    """Six devices with 80 names of old licenses each, of which 400 may come together."""
    story = a_stocked_project()
    for number, serial in enumerate(SIX):
        sizes = range(1 + 80 * number, 81 + 80 * number)
        there = {f"Voicemail#{size}": 1 for size in sizes}
        story.given((anna, add(serial)), (staff, bring_in(there, on=serial)), (anna, consent(serial)))
    return story


def test_old_licenses_of_several_devices_come_together_as_long_as_they_can_be_converted() -> None:
    story = many_boxes()
    story.given(*((anna, give_back(serial=serial, digest=serial.zfill(64))) for serial in SIX[:5]))
    story.when(anna, give_back(serial=SIX[5])).refused("too_many_license_types", limit=400)
    story.when(staff, replace(SIX[5])).refused("too_many_license_types", limit=400)
    story.given((anna, convert_as_seen(story)), (anna, give_back(serial=SIX[5])))
    assert len(old(story)) == 80


def test_a_device_with_too_many_old_licenses_for_its_project_gives_back_in_another_one() -> None:
    story = many_boxes()
    story.given(*((anna, give_back(serial=serial, digest=serial.zfill(64))) for serial in SIX[:5]))
    story.given((anna, story_device_moves.move(DEFAULT, SIX[5])), (anna, give_back(serial=SIX[5])))
