import pytest

from contracts.accounts import project_account
from contracts.actors import Actor
from contracts.commands import Command
from contracts.events.corrections import CorrectionApplied, CorrectionProposed, CorrectionRejected
from contracts.identifiers import default_project_of, derived_id
from contracts.log.postings import postings
from ledger.domain.evolve import evolve
from ledger.domain.state import plus
from tests.support.ledger import story_device_moves, story_projects
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    DEFAULT,
    HOTEL,
    ON_DEVICE,
    OTHER_SERIAL,
    PLACE,
    REASON,
    REFERENCE,
    SERIAL,
    STAFF,
    Story,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    issue,
    operator,
    redeem,
    staff,
)
from tests.support.ledger.story_corrections import (
    CORRECTION,
    SECOND,
    approve,
    propose,
    reject,
    second,
    with_a_second_clerk,
)

OTHER_CORRECTION = derived_id("d", "correction")


def a_mistake() -> Story:
    """20 ports and 4 channels on the device, 30 ports and 2 voicemails free, and two accounts of the staff."""
    return with_a_second_clerk(a_stocked_project().given((anna, allocate(Port11=20, Channel=4))))


def proposed_once(**counts: int) -> CorrectionProposed:
    """As it was possible before the rules said where credits may stand."""
    return CorrectionProposed(
        correction=CORRECTION,
        company=ADRIA,
        source="issuance",
        target=ON_DEVICE,
        lots=a_mistake().ledger.lots(counts),
        reason=REASON,
        reference=REFERENCE,
        proposed_by=STAFF,
    )


def applied_once(story: Story, **counts: int) -> CorrectionApplied:
    ledger, device = story.ledger, story.ledger.devices[SERIAL]
    after = device._replace(issue=device.issue + 1, holdings=plus(device.holdings, counts))
    return CorrectionApplied(
        correction=CORRECTION,
        company=ADRIA,
        source="issuance",
        target=ON_DEVICE,
        lots=ledger.lots(counts),
        proposed_by=STAFF,
        approved_by=SECOND,
        device=ledger.device_licenses(SERIAL, after),
    )


def test_a_proposal_moves_nothing_and_says_who_and_why() -> None:
    story = a_mistake()
    event = story.when(staff, propose(ON_DEVICE, "retired", Channel=2)).accepted()
    assert isinstance(event, CorrectionProposed)
    assert (event.reason, event.reference, event.proposed_by) == (REASON, REFERENCE, STAFF)
    assert postings(event) == ()
    assert story.on() == {"Port11": 20, "Channel": 4}


def test_licenses_of_a_device_end_once_a_second_person_approves() -> None:
    story = a_mistake().given((staff, propose(ON_DEVICE, "retired", Channel=2)))
    event = story.when(second, approve()).accepted()
    assert isinstance(event, CorrectionApplied)
    assert (event.proposed_by, event.approved_by) == (STAFF, SECOND)
    assert event.device is not None
    assert event.device.issue == 3
    assert story.on() == {"Port11": 20, "Channel": 2}


def test_licenses_are_made_in_a_project() -> None:
    story = a_mistake().given((staff, propose("issuance", PLACE, Mobility11=3)), (second, approve()))
    assert story.free()["Mobility11"] == 3


def test_licenses_are_made_on_a_device() -> None:
    story = a_mistake().given((staff, propose("issuance", ON_DEVICE, PRI=1)), (second, approve()))
    assert story.on() == {"Port11": 20, "Channel": 4, "PRI": 1}


def test_licenses_of_a_project_end() -> None:
    story = a_mistake().given((staff, propose(PLACE, "retired", Port11=30)), (second, approve()))
    assert story.free() == {"Voicemail11": 2}


def test_a_gateway_license_that_was_allocated_by_mistake_comes_back_to_the_balance() -> None:
    story = a_mistake().given((staff, propose(ON_DEVICE, PLACE, Channel=4)), (second, approve()))
    assert story.free()["Channel"] == 4
    assert story.on() == {"Port11": 20}


@pytest.mark.parametrize(("name", "license_class"), [("SSC", "service"), ("WE-12", "warranty")])
def test_a_correction_puts_no_credits_and_no_warranty_on_a_device(name: str, license_class: str) -> None:
    story = a_mistake()
    story.when(staff, propose("issuance", ON_DEVICE, CORRECTION, **{name: 1})).refused(
        "class_not_allocatable", license_type=name, license_class=license_class
    )
    story.ledger = evolve(story.ledger, proposed_once(SSC=1), at=story.now, by="operator:test")
    story.when(second, approve()).refused("class_not_allocatable", license_type="SSC", license_class="service")


def test_credits_that_a_correction_once_put_on_a_device_are_corrected_off_it() -> None:
    story = a_mistake()
    for event in (proposed_once(SSC=1), applied_once(story, SSC=1)):
        story.ledger = evolve(story.ledger, event, at=story.now, by="operator:test")
    story.given((staff, propose(ON_DEVICE, PLACE, OTHER_CORRECTION, SSC=1)), (second, approve(OTHER_CORRECTION)))
    assert story.on() == {"Port11": 20, "Channel": 4}
    assert story.free()["SSC"] == 1


def test_what_a_correction_takes_off_a_device_binds_it_no_more() -> None:
    story = a_mistake().given((box, deliver(1, 2)), (staff, propose(ON_DEVICE, PLACE, Port11=20)), (second, approve()))
    story.given((anna, allocate(Port11=10)), (anna, story_projects.deallocate(Port11=10)))
    assert story.free()["Port11"] == 50


def test_what_a_correction_leaves_of_a_delivered_file_stays_bound() -> None:
    story = a_mistake().given((box, deliver(1, 2)), (staff, propose(ON_DEVICE, PLACE, Port11=5)), (second, approve()))
    story.given((anna, allocate(Port11=10)))
    story.when(anna, story_projects.deallocate(Port11=11)).refused(
        "already_delivered", license_type="Port11", undelivered=10
    )
    story.given((anna, story_projects.deallocate(Port11=10)))


def test_a_device_that_was_corrected_and_released_is_bound_to_nothing_elsewhere() -> None:
    story = a_mistake().given((box, deliver(1, 2)), (staff, propose(ON_DEVICE, PLACE, Port11=20)), (second, approve()))
    elsewhere, key = default_project_of(BORA), "b9" * 32
    story.given((anna, story_device_moves.release()), (staff, issue(key, Port11=10)), (ben, redeem(key, elsewhere)))
    story.given((ben, add(into=elsewhere)), (ben, allocate(source=elsewhere, Port11=5)))
    story.given((ben, story_projects.deallocate(project=elsewhere, Port11=5)))


def test_licenses_move_between_projects_of_one_company() -> None:
    story = a_mistake().given((staff, propose(PLACE, project_account(DEFAULT), Port11=5)), (second, approve()))
    assert story.free(DEFAULT) == {"Port11": 5}
    assert story.free()["Port11"] == 25


def test_nobody_approves_their_own_proposal() -> None:
    story = a_mistake().given((staff, propose("issuance", PLACE, Port11=1)))
    story.when(staff, approve()).refused("second_person_needed")


def test_a_proposal_is_closed_by_anybody_of_the_staff_and_moves_nothing() -> None:
    for who in (staff, second):
        story = a_mistake().given((staff, propose(PLACE, "retired", Port11=1)))
        assert isinstance(story.when(who, reject()).accepted(), CorrectionRejected)
        assert story.free()["Port11"] == 30
        story.when(second, approve()).refused("correction_closed")


def test_a_correction_is_carried_out_once() -> None:
    story = a_mistake().given((staff, propose("issuance", PLACE, Port11=1)), (second, approve()))
    story.when(second, approve()).refused("correction_closed")
    story.when(staff, reject()).refused("correction_closed")
    story.when(staff, propose("issuance", PLACE, Port11=1)).refused("correction_exists")


def test_an_unknown_correction_is_unknown() -> None:
    a_mistake().when(second, approve()).refused("correction_unknown")
    a_mistake().when(second, reject()).refused("correction_unknown")


def test_what_is_not_there_any_more_when_it_is_approved_is_not_moved() -> None:
    story = a_mistake().given((staff, propose(PLACE, "retired", Port11=30)), (anna, allocate(Port11=1)))
    story.when(second, approve()).refused("insufficient_balance", license_type="Port11", wanted=30, balance=29)


def test_two_companies_are_never_mixed() -> None:
    elsewhere = project_account(default_project_of(BORA))
    a_mistake().when(staff, propose(PLACE, elsewhere, Port11=1)).refused("not_same_company")


@pytest.mark.parametrize(
    ("source", "target"), [("issuance", "retired"), (PLACE, PLACE), (ON_DEVICE, f"device/{OTHER_SERIAL}")]
)
def test_a_correction_has_two_ends_and_at_most_one_device(source: str, target: str) -> None:
    story = a_mistake().given((anna, add(OTHER_SERIAL)))
    story.when(staff, propose(source, target, Port11=1)).refused("correction_accounts_wrong")


def test_its_ends_have_to_exist() -> None:
    a_mistake().when(staff, propose("issuance", f"device/{OTHER_SERIAL}", Port11=1)).refused("device_unknown")
    nowhere = project_account(derived_id("nowhere", "project"))
    a_mistake().when(staff, propose("issuance", nowhere, Port11=1)).refused("project_unknown")


def test_its_licenses_are_of_the_catalog() -> None:
    a_mistake().when(staff, propose("issuance", PLACE, Port7=1)).refused("license_type_unknown", license_type="Port7")


@pytest.mark.parametrize("who", [anna, box, operator], ids=str)
@pytest.mark.parametrize(
    "command", [propose("issuance", PLACE, Port11=1), approve(), reject()], ids=lambda command: command.name
)
def test_only_staff_corrects(who: Actor, command: Command) -> None:
    story = a_mistake().given((staff, propose("issuance", PLACE, OTHER_CORRECTION, Port11=1)))
    story.when(who, command).refused("no_right")


def test_corrections_wait_side_by_side() -> None:
    story = a_mistake().given(
        (staff, propose("issuance", PLACE, Port11=1)),
        (second, propose("issuance", PLACE, OTHER_CORRECTION, Voicemail11=1)),
        (staff, approve(OTHER_CORRECTION)),
        (second, approve(CORRECTION)),
    )
    assert story.free() == {"Port11": 31, "Voicemail11": 3}
    assert story.ledger.devices[SERIAL].issue == 2


def test_a_key_stays_used_whatever_is_corrected() -> None:
    story = a_mistake().given((staff, propose(PLACE, "retired", Port11=30)), (second, approve()))
    story.when(anna, redeem()).refused("key_already_redeemed", project=HOTEL, sequence=6)


def test_a_device_that_has_left_the_company_meanwhile_is_not_corrected() -> None:
    story = a_mistake().given((staff, propose(ON_DEVICE, "retired", Channel=1)))
    story.given((staff, story_device_moves.staff_moves(default_project_of(BORA))))
    story.when(second, approve()).refused("not_same_company")


def test_nothing_is_corrected_in_an_archived_project() -> None:
    story = a_mistake().given((anna, story_projects.archive(DEFAULT)))
    story.when(staff, propose("issuance", project_account(DEFAULT), Port11=1)).refused("project_archived")
