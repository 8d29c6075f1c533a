import pytest

from contracts.actors import Actor
from contracts.events.devices import LicensesAllocated
from contracts.identifiers import default_project_of
from contracts.licenses import MAX_HELD, MAX_LOTS, Lot
from tests.support.ledger.story import (
    BORA,
    DEFAULT,
    HOTEL,
    OTHER_SERIAL,
    SERIAL,
    a_project,
    a_stocked_project,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    other_box,
    staff,
)


def test_a_device_starts_empty_in_its_first_generation() -> None:
    story = a_project().given((anna, add()))
    assert story.on() == {}
    assert story.ledger.devices["009033010203"].generation == 1


def test_a_device_is_in_one_project_at_a_time() -> None:
    a_stocked_project().when(anna, add(into=DEFAULT)).refused("device_known_elsewhere", project=HOTEL)


def test_another_company_does_not_learn_where_a_device_is() -> None:
    a_stocked_project().when(ben, add(into=default_project_of(BORA))).refused("device_known_elsewhere")


def test_adding_a_device_to_its_own_project_again_is_refused() -> None:
    a_stocked_project().when(anna, add()).refused("device_in_project")


def test_allocated_licenses_leave_the_balance_and_stand_on_the_device() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20, Channel=4)))
    assert story.free() == {"Port11": 30, "Voicemail11": 2}
    assert story.on() == {"Port11": 20, "Channel": 4}


def test_an_allocation_says_what_the_device_has_then() -> None:
    event = a_stocked_project().given((anna, allocate(Port11=20))).when(anna, allocate(Channel=4)).accepted()
    assert isinstance(event, LicensesAllocated)
    assert event.device.issue == 3
    assert event.device.licenses == (
        Lot(license_type="Channel", license_class="gateway", count=4),
        Lot(license_type="Port11", license_class="pbx", count=20),
    )


def test_more_than_the_balance_is_refused_whole() -> None:
    story = a_stocked_project().when(anna, allocate(Voicemail11=2, Port11=51))
    story.refused("insufficient_balance", license_type="Port11", wanted=51, free=50)
    assert story.on() == {}


def test_a_type_that_is_not_in_the_balance_counts_as_zero() -> None:
    a_stocked_project().when(anna, allocate(Fax11=1)).refused(
        "insufficient_balance", license_type="Fax11", wanted=1, free=0
    )


def test_gateway_licenses_want_a_confirmation_because_they_never_come_back() -> None:
    a_stocked_project().when(anna, allocate(Channel=1, confirm_final=False)).refused(
        "confirmation_required", license_type="Channel", license_class="gateway"
    )


def test_pbx_licenses_want_no_confirmation() -> None:
    a_stocked_project().when(anna, allocate(Port11=1, confirm_final=False)).accepted()


@pytest.mark.parametrize(("actor", "code"), [(ben, "project_unknown"), (box, "project_unknown"), (staff, "no_right")])
def test_nobody_else_allocates_from_a_companys_project(actor: Actor, code: str) -> None:
    a_stocked_project().when(actor, allocate(Port11=1)).refused(code)


def test_licenses_go_only_to_a_device_of_the_project() -> None:
    a_stocked_project().when(anna, allocate(OTHER_SERIAL, Port11=1)).refused("device_unknown")


def test_a_device_of_another_project_of_the_company_is_named_as_that() -> None:
    story = a_stocked_project().given((anna, add(OTHER_SERIAL, DEFAULT)))
    story.when(anna, allocate(OTHER_SERIAL, Port11=1)).refused("device_not_in_project", project=DEFAULT)


def test_the_first_delivery_of_a_file_is_an_event_and_the_second_is_not() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)), (box, deliver(1, 2)))
    story.when(anna, deliver(1, 2)).done_before(9)


def test_an_older_file_cannot_leave_any_more() -> None:
    story = a_stocked_project().given((anna, allocate(Port11=20)))
    story.when(box, deliver(1, 1)).refused("license_file_superseded", generation=1, issue=2)


def test_a_device_cannot_fetch_the_file_of_another() -> None:
    a_stocked_project().when(other_box, deliver(1, 1)).refused("device_unknown")


def test_another_company_cannot_fetch_a_devices_file() -> None:
    a_stocked_project().when(ben, deliver(1, 1)).refused("device_unknown")


def test_licenses_of_the_warranty_and_service_classes_are_not_allocated() -> None:
    story = a_project()
    story.ledger = story.ledger._replace(catalog=story.ledger.catalog.set("Warranty12", "warranty"))
    story.given((anna, add()))

    story.when(anna, allocate(Warranty12=1)).refused(
        "class_not_allocatable", license_type="Warranty12", license_class="warranty"
    )


def test_a_device_holds_no_more_types_than_its_license_file_has_lines() -> None:
    story = a_stocked_project()
    many = {f"Port{number}": 1 for number in range(100, 100 + MAX_LOTS)}
    device = story.ledger.devices[SERIAL]
    story.ledger = story.ledger._replace(devices=story.ledger.devices.set(SERIAL, device._replace(holdings=many)))

    story.when(anna, allocate(Port11=1)).refused("too_many_license_types", limit=MAX_LOTS)


def test_an_account_holds_no_more_of_a_type_than_a_file_may_say() -> None:
    story = a_stocked_project()
    device = story.ledger.devices[SERIAL]
    full = device._replace(holdings={"Port11": MAX_HELD})
    story.ledger = story.ledger._replace(devices=story.ledger.devices.set(SERIAL, full))

    story.when(anna, allocate(Port11=1)).refused("balance_limit", license_type="Port11", limit=MAX_HELD)
