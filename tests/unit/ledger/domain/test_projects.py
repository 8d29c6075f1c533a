from contracts.events.companies import ProjectCreated
from contracts.events.projects import LicensesDeallocated, ProjectArchived, ProjectRenamed
from contracts.identifiers import derived_id
from ledger.domain.evolve import evolve
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    NOON,
    OTHER_SERIAL,
    a_project,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    give_back,
    issue,
    project,
    redeem,
    staff,
)
from tests.support.ledger.story_claims import code
from tests.support.ledger.story_device_moves import BORAS, move
from tests.support.ledger.story_members import MIA, a_guest_with, grant, gus
from tests.support.ledger.story_projects import archive, deallocate, rename, transfer

SPA = derived_id("spa", "project")


def test_a_project_gets_another_name_and_its_old_one_is_free() -> None:
    event = a_project().when(anna, rename("Hotel Adria Süd")).accepted()
    assert isinstance(event, ProjectRenamed)
    assert event.former_name == "Hotel Adria"
    a_project().given((anna, rename("Hotel Adria Süd")), (anna, project(identity=SPA)))


def test_a_project_does_not_get_a_name_that_is_taken() -> None:
    a_project().when(anna, rename("default")).refused("project_name_taken", project_name="default")


def test_a_name_changes_its_case() -> None:
    a_project().given((anna, rename("HOTEL ADRIA")))


def test_the_name_that_it_has_is_taken() -> None:
    a_project().when(anna, rename("Hotel Adria")).refused("project_name_taken", project_name="Hotel Adria")


def test_an_empty_project_is_archived_and_its_name_free_again() -> None:
    a_project().given((anna, archive()), (anna, project(identity=SPA)))


def test_a_project_with_licenses_is_not_archived() -> None:
    story = a_project().given((staff, issue(Port11=50)), (anna, redeem()))
    story.when(anna, archive()).refused("project_not_empty", devices=0, free=50, held=0, legacy_licenses=0)


def test_a_project_with_a_device_is_not_archived_until_it_has_moved() -> None:
    story = (
        a_project()
        .given((anna, add()))
        .when(anna, archive())
        .refused("project_not_empty", devices=1, free=0, held=0, legacy_licenses=0)
    )
    story.given((anna, move()), (anna, archive()))


def test_nothing_happens_in_an_archived_project() -> None:
    story = a_stocked_project().given((anna, project("Spa", identity=SPA)), (anna, archive(SPA)))
    for command in (
        redeem(into=SPA),
        add(OTHER_SERIAL, SPA),
        move(SPA),
        transfer(target=SPA, Port11=1),
        rename("Wellness", SPA),
        archive(SPA),
        code(SPA),
        grant(MIA, ADRIA, "view", project=SPA),
    ):
        story.when(anna, command).refused("project_archived")


def test_a_stranger_neither_renames_nor_archives() -> None:
    a_project().when(ben, rename("Mine")).refused("project_unknown").when(ben, archive()).refused("project_unknown")


# Licenses between projects.


def test_licenses_move_between_projects_of_a_company() -> None:
    story = a_stocked_project().given((anna, transfer(Port11=20, Channel=1)))
    assert story.free() == {"Port11": 30, "Voicemail11": 2, "Channel": 3}
    assert story.free(DEFAULT) == {"Port11": 20, "Channel": 1}


def test_no_more_moves_than_is_free_and_all_or_nothing() -> None:
    story = a_stocked_project().when(anna, transfer(Voicemail11=1, Port11=51))
    story.refused("insufficient_balance", license_type="Port11", wanted=51, free=50)
    assert story.free(DEFAULT) == {}


def test_licenses_do_not_move_to_the_project_they_are_in() -> None:
    a_stocked_project().when(anna, transfer(target=HOTEL, Port11=1)).refused("same_project")


def test_licenses_do_not_move_to_another_company_even_with_rights_in_both() -> None:
    story = a_guest_with("licenses").given((ben, grant(gus.account, BORA, "licenses", project=BORAS)))
    story.when(gus, transfer(target=BORAS, Port11=1)).refused("not_same_company")


def test_a_strangers_project_is_unknown_as_a_target() -> None:
    a_stocked_project().when(anna, transfer(target=BORAS, Port11=1)).refused("project_unknown")


# Rule R5: PBX licenses come back before they are delivered; afterwards only a return frees them.


def test_licenses_that_were_never_delivered_come_back() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)))
    event = story.when(anna, deallocate(Port11=5)).accepted()
    assert isinstance(event, LicensesDeallocated)
    assert event.device.issue == 3
    assert (story.free()["Port11"], story.on()) == (35, {"Port11": 15})


def test_licenses_that_were_delivered_do_not() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)))
    story.when(anna, deallocate(Port11=1)).refused("already_delivered", license_type="Port11", undelivered=0)


def test_what_was_allocated_after_the_delivery_comes_back() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)), (anna, allocate(Port11=10)))
    story.when(anna, deallocate(Port11=11)).refused("already_delivered", license_type="Port11", undelivered=10)
    story.given((anna, deallocate(Port11=10)))


def test_a_file_that_was_made_before_the_deallocation_is_never_delivered_after_it() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (anna, deallocate(Port11=20)))
    story.when(box, deliver(1, 2)).refused("license_file_superseded", generation=1, issue=3)


def test_after_a_return_new_licenses_are_undelivered_again() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)), (box, give_back()))
    story.given((anna, allocate(Port11=7)), (anna, deallocate(Port11=7)))


def test_gateway_licenses_stay_on_the_device_even_undelivered() -> None:
    story = a_stocked_project().given((anna, allocate(Channel=2)))
    story.when(anna, deallocate(Channel=1)).refused(
        "class_not_returnable", license_type="Channel", license_class="gateway"
    )


def test_no_more_comes_back_than_is_on_the_device() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=2)))
    story.when(anna, deallocate(Port11=3)).refused("insufficient_on_device", license_type="Port11", wanted=3, balance=2)


def test_a_delivery_binds_also_after_the_device_has_moved() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)), (anna, move()))
    story.when(anna, deallocate(project=DEFAULT, Port11=1)).refused(
        "already_delivered", license_type="Port11", undelivered=0
    )


def test_two_names_that_an_older_rule_let_stand_are_given_up_one_by_one() -> None:
    """On an old log two projects may have names that are the same by today's rule: only one of them holds it."""
    story = a_project()
    alike = {derived_id("alike", name): name for name in ("Hotel A", "Hotel  A")}
    for identity, name in alike.items():
        made = ProjectCreated(company=ADRIA, project=identity, project_name=name)
        story.ledger = evolve(story.ledger, made, at=NOON, by="operator:test")
    for identity, name in alike.items():
        gone = ProjectArchived(company=ADRIA, project=identity, project_name=name)
        story.ledger = evolve(story.ledger, gone, at=NOON, by="operator:test")
    story.given((anna, project("Hotel A", identity=derived_id("alike", "third"))))
