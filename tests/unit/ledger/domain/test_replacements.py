"""A broken device and what stands in for it: rules section 6, row by row."""

from datetime import date

import pytest

from contracts.actors import Actor
from contracts.catalog import DeliveredDevice, DeviceModel
from contracts.commands.catalog import DefineDeviceModels
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.warranty import ExtendWarranty
from contracts.events.replacements import DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.events.warranty import WarrantyExtended
from contracts.log.postings import Posting, postings
from ledger.domain.decisions import Rejection
from ledger.domain.state import Delivered
from tests.support.ledger import (
    story_blocks,
    story_claims,
    story_corrections,
    story_legacy,
    story_license_file_downloads,
    story_returns,
    story_test_licenses,
    story_warranty,
)
from tests.support.ledger.story import (
    ADRIA,
    BORA,
    CERTIFICATE,
    DIGEST,
    HOTEL,
    OTHER_SERIAL,
    SERIAL,
    Story,
    add,
    allocate,
    allocated_in,
    anna,
    ben,
    box,
    deliver,
    give_back,
    issue,
    other_box,
    redeem,
    staff,
)
from tests.support.ledger.story_claims import claim, code
from tests.support.ledger.story_device_moves import BORAS, move, offer, release
from tests.support.ledger.story_members import a_stocked_project_with_people as a_stocked_project
from tests.support.ledger.story_members import grant, gus, mia
from tests.support.ledger.story_projects import deallocate
from tests.support.ledger.story_replacements import SPARE, replace

IP811 = DeviceModel(model="IP811", family="IP8")
IP411 = DeviceModel(model="IP411", family="IP4")


spare_box = box.model_copy(update={"serial": SPARE})


def a_device_at_work() -> Story:
    """30 ports and 2 channels on it, in its file that it fetched."""
    told = a_stocked_project().given((anna, allocate(Port11=30, Channel=2)))
    return told.given((box, deliver(1, 2)))


def registered(story: Story, *devices: tuple[str, str, date]) -> Story:
    delivered = tuple(DeliveredDevice(serial=serial, model=model, delivered_on=on) for serial, model, on in devices)
    models = DefineDeviceModels(models=(IP811, IP411), reference="CAT-1")
    story.given((staff, models))
    return story.given((staff, RegisterDevices(devices=delivered, reference="DN-1"))) if delivered else story


def replaced(story: Story) -> DeviceReplaced:
    event = story.when(staff, replace()).accepted()
    assert isinstance(event, DeviceReplaced)
    return event


def test_the_golden_row_all_licenses_and_the_warranty_go_along_and_no_test_does() -> None:
    told = a_device_at_work().given((anna, story_test_licenses.ask()))
    registered(told, (SERIAL, "IP811", date(2026, 5, 20)), (SPARE, "IP811", date(2026, 11, 1)))
    told.given(
        (staff, story_warranty.KEY.model_copy(update={"key_digest": "c7" * 32})),
        (anna, redeem("c7" * 32)),
        (anna, story_warranty.extend()),
    )
    free, months = told.free(), told.ledger.delivered[SERIAL].warranty_months
    event = replaced(told)
    assert told.on(SPARE) == {"Port11": 30, "Channel": 2}
    assert told.free() == free
    assert (
        allocated_in(told.ledger, HOTEL) == {"Port11": 30, "Channel": 2} == dict(told.ledger.projects[HOTEL].allocated)
    )
    assert told.ledger.projects[HOTEL].devices == len(told.ledger.devices)
    assert told.ledger.devices[SPARE].test is None
    assert told.ledger.delivered[SPARE] == Delivered("IP811", date(2026, 5, 20), months, 12, ADRIA)
    assert SERIAL not in told.ledger.devices
    assert SERIAL not in told.ledger.delivered
    assert event.former.licenses == ()
    assert (event.former.generation, event.former.issue) == (2, 4)
    assert (event.device.generation, event.device.issue) == (1, 1)
    told.when(anna, story_test_licenses.ask(serial=SPARE))
    assert isinstance(told.answer, Rejection)
    assert told.answer.code == "test_used_up"


def test_licenses_go_from_device_to_device() -> None:
    assert set(postings(replaced(a_device_at_work()))) == {
        Posting(f"device/{SERIAL}", "Port11", -30),
        Posting(f"device/{SPARE}", "Port11", 30),
        Posting(f"device/{SERIAL}", "Channel", -2),
        Posting(f"device/{SPARE}", "Channel", 2),
    }


def test_an_rma_moves_licenses_once_and_the_same_request_has_the_same_answer() -> None:
    told = a_device_at_work().given((staff, replace()), (anna, add(OTHER_SERIAL)))
    told.when(staff, replace()).done_before(told.ledger.cold.replaced[SERIAL].sequence)
    told.when(staff, replace(OTHER_SERIAL, "0090330102f1")).refused(
        "licenses_already_transferred", serial=SERIAL, replacement=SPARE
    )
    told.when(staff, replace(SERIAL, "0090330102f1")).refused(
        "licenses_already_transferred", serial=SERIAL, replacement=SPARE
    )


def test_t9_a_return_and_then_a_swap_moves_what_the_return_left() -> None:
    told = a_device_at_work().given((box, give_back()))
    event = replaced(told)
    assert [lot.license_type for lot in event.lots] == ["Channel"]
    assert told.free() == {"Port11": 50, "Voicemail11": 2, "Channel": 2}


def test_t9_a_swap_and_then_a_return_finds_nothing() -> None:
    told = a_device_at_work().given((staff, replace()))
    told.when(box, give_back()).refused("device_replaced")
    told.when(anna, give_back()).refused("device_replaced", replacement=SPARE)
    told.when(ben, give_back()).refused("device_unknown")


def test_a_document_that_was_accepted_before_the_swap_still_has_its_receipt() -> None:
    told = a_device_at_work().given((box, give_back()))
    sequence = told.ledger.sequence
    told.given((staff, replace()))
    for actor in (box, anna):
        told.when(actor, give_back()).done_before(sequence)
    told.when(ben, give_back()).refused("device_unknown")
    told.when(mia, give_back()).refused("device_unknown")
    told.given((anna, grant(mia.account, ADRIA, "view"))).when(mia, give_back()).refused(
        "device_replaced", replacement=SPARE
    )


def test_what_was_delivered_stays_bound_until_the_replacement_gives_back() -> None:
    told = a_device_at_work().given((staff, replace()))
    told.when(anna, deallocate(SPARE, Port11=1)).refused("already_delivered", license_type="Port11", undelivered=0)
    spare = box.model_copy(update={"serial": SPARE})
    event = told.when(spare, give_back(serial=SPARE)).accepted()
    assert isinstance(event, LicensesReturned)
    assert told.free()["Port11"] == 50


def test_what_was_never_delivered_can_be_taken_back_from_the_replacement() -> None:
    told = a_stocked_project().given((anna, allocate(Port11=3)), (staff, replace()))
    told.given((anna, deallocate(SPARE, Port11=3)))
    assert told.free()["Port11"] == 50


def test_a_replacement_can_break_too() -> None:
    told = a_device_at_work().given((staff, replace()), (staff, replace(SPARE, "0090330102f1", "RMA-2026-000118")))
    assert told.on("0090330102f1") == {"Port11": 30, "Channel": 2}


def test_the_broken_device_comes_back_into_no_project() -> None:
    told = a_device_at_work().given((staff, replace()), (anna, code()))
    for who, into in ((anna, HOTEL), (ben, BORAS)):
        told.when(who, add(into=into)).refused("device_replaced")
    told.when(box, claim()).refused("device_replaced")
    told.when(anna, allocate(Port11=1)).refused("device_replaced", replacement=SPARE)
    told.when(anna, move()).refused("device_replaced", replacement=SPARE)
    told.when(box, deliver(1, 2)).refused("device_replaced")
    told.when(anna, story_test_licenses.ask()).refused("device_replaced", replacement=SPARE)
    told.when(anna, story_warranty.extend()).refused("device_replaced", replacement=SPARE)
    told.when(staff, story_license_file_downloads.download(1, 2)).refused("device_replaced", replacement=SPARE)
    told.when(staff, replace(rma="RMA-2026-000118", replacement="0090330102f1")).refused(
        "device_replaced", replacement=SPARE
    )
    told.when(gus, allocate(Port11=1)).refused("project_unknown")
    told.when(staff, story_blocks.block_device()).refused("device_replaced", replacement=SPARE)
    told.when(staff, story_legacy.bring_in({"PRIs": 1}, on=SERIAL)).refused("device_replaced", replacement=SPARE)
    told.when(anna, story_legacy.consent()).refused("device_replaced", replacement=SPARE)
    told.when(staff, story_corrections.propose(f"device/{SERIAL}", "retired", Port11=1)).refused(
        "device_replaced", replacement=SPARE
    )


def test_its_certificate_is_reported_once_for_each_generation() -> None:
    told = a_device_at_work().given((staff, replace()))
    event = told.when(box, story_returns.report_spent(1)).accepted()
    assert getattr(event, "certificate_sha256", None) == CERTIFICATE
    told.when(box, story_returns.report_spent(1)).done_before(told.ledger.sequence)
    told.when(box, story_returns.report_spent(2)).refused("generation_unknown", generation=2)
    told.when(other_box, story_returns.report_spent(1)).refused("device_unknown")


def test_an_offer_of_the_broken_device_ends() -> None:
    told = a_stocked_project().given((anna, offer()), (staff, replace()))
    assert not told.ledger.offers


def in_a_project(told: Story) -> Story:
    return told.given((ben, add(SPARE, BORAS)))


def with_a_channel(told: Story) -> Story:
    told.given((staff, issue("b5" * 32, Channel=1)), (ben, redeem("b5" * 32, BORAS)), (ben, add(SPARE, BORAS)))
    return told.given((ben, allocate(SPARE, BORAS, Channel=1)), (ben, release(SPARE)))


def test_a_test_of_the_replacement_s_own_ends_and_stays_used() -> None:
    told = a_device_at_work().given((ben, story_claims.code(BORAS)), (spare_box, story_claims.claim(SPARE)))
    told.given((ben, story_test_licenses.ask(serial=SPARE)), (ben, release(SPARE)))
    assert replaced(told).device.test is None
    assert told.ledger.devices[SPARE].test is None
    told.when(anna, story_test_licenses.ask(serial=SPARE))
    assert isinstance(told.answer, Rejection)
    assert told.answer.code == "test_used_up"


def itself_replaced(told: Story) -> Story:
    return told.given((ben, add(SPARE, BORAS)), (staff, replace(SPARE, "0090330102f1", "RMA-1000")))


@pytest.mark.parametrize("before", [in_a_project, with_a_channel, itself_replaced])
def test_a_replacement_is_blank(before: object) -> None:
    assert callable(before)
    before(told := a_device_at_work())
    told.when(staff, replace()).refused("replacement_not_blank")


def test_a_device_that_was_released_blank_goes_on_from_its_issue() -> None:
    told = a_device_at_work().given((ben, add(SPARE, BORAS)), (ben, release(SPARE)))
    event = replaced(told)
    assert (event.device.generation, event.device.issue) == (1, 2)
    assert SPARE not in told.ledger.released


def test_a_device_does_not_replace_itself() -> None:
    a_device_at_work().when(staff, replace(replacement=SERIAL)).refused("same_device")


def test_an_unknown_device_has_nothing_to_give() -> None:
    a_device_at_work().when(staff, replace("0090330102ff")).refused("device_unknown")


@pytest.mark.parametrize("blocked", [SERIAL, SPARE])
def test_a_blocked_device_takes_no_part(blocked: str) -> None:
    told = a_device_at_work().given((ben, add(SPARE, BORAS)), (staff, story_blocks.block_device(blocked)))
    told.given((ben, release(SPARE))).when(staff, replace()).refused("device_blocked", serial=blocked)


def test_a_mistyped_serial_is_caught_by_the_project_that_was_named() -> None:
    told = a_device_at_work()
    told.when(staff, replace(project=BORAS)).refused("device_not_in_project", project=HOTEL)
    told.when(staff, replace(project=HOTEL)).accepted()


def test_another_family_of_models_has_to_be_confirmed() -> None:
    told = registered(a_device_at_work(), (SERIAL, "IP811", date(2026, 5, 20)), (SPARE, "IP411", date(2026, 11, 1)))
    told.when(staff, replace()).refused("model_mismatch")
    event = told.when(staff, replace(other_model=True)).accepted()
    assert isinstance(event, DeviceReplaced)
    assert event.other_model
    assert told.ledger.delivered[SPARE] == Delivered("IP411", date(2026, 5, 20), 12, 12, ADRIA)


def test_a_replacement_of_a_registered_device_is_registered_first() -> None:
    told = registered(a_device_at_work(), (SERIAL, "IP811", date(2026, 5, 20)))
    told.when(staff, replace()).refused("replacement_unregistered")


def test_a_replaced_device_is_not_delivered_again() -> None:
    told = registered(a_device_at_work().given((staff, replace())))
    again = DeliveredDevice(serial=SERIAL, model="IP811", delivered_on=date(2026, 11, 1))
    told.when(staff, RegisterDevices(devices=(again,), reference="DN-2")).refused("device_replaced", serial=SERIAL)


def test_what_a_license_file_carries_says_nothing_of_the_guarantee() -> None:
    told = registered(a_device_at_work(), (SERIAL, "IP811", date(2026, 5, 20)), (SPARE, "IP811", date(2026, 11, 1)))
    assert not {"warranty", "delivered_on", "model", "months", "ends_on"} & _names(replaced(told).model_dump())


def _names(said: object) -> set[str]:
    match said:
        case dict():
            return {str(name) for name in said} | {name for value in said.values() for name in _names(value)}
        case list() | tuple():
            return {name for value in said for name in _names(value)}
        case _:
            return set()


def test_the_replacement_has_no_warranty_of_its_own_beside_the_inherited_one() -> None:
    told = registered(a_device_at_work(), (SERIAL, "IP811", date(2025, 5, 20)), (SPARE, "IP811", date(2026, 11, 1)))
    told.given((staff, replace()))
    assert told.ledger.delivered[SPARE] == Delivered("IP811", date(2025, 5, 20), 12, 12, ADRIA)


def test_a_later_extension_counts_from_the_inherited_day_of_delivery_up_to_60_months_in_all() -> None:
    told = registered(a_device_at_work(), (SERIAL, "IP811", date(2026, 5, 20)), (SPARE, "IP811", date(2026, 11, 1)))
    told.given((staff, issue("d4" * 32, **{"WE-12": 1, "WE-48": 1})), (anna, redeem("d4" * 32)), (staff, replace()))
    event = told.when(anna, extend("WE-48")).accepted()
    assert isinstance(event, WarrantyExtended)
    assert (event.months, event.ends_on) == (60, date(2031, 5, 19))
    told.when(anna, extend("WE-12")).refused("warranty_max_exceeded", limit=60)


def extend(license_type: str) -> ExtendWarranty:
    return ExtendWarranty(serial=SPARE, license_type=license_type, confirm_final=True)


def test_where_the_broken_device_was_never_registered_nothing_is_inherited() -> None:
    told = registered(a_device_at_work(), (SPARE, "IP811", date(2026, 11, 1)))
    replaced(told)
    assert told.ledger.delivered[SPARE] == Delivered("IP811", date(2026, 11, 1), 12, 12)


def test_old_licenses_need_their_consent_and_then_are_the_project_s() -> None:
    told = a_device_at_work().given((staff, story_legacy.bring_in({"PRIs": 1}, on=SERIAL)))
    told.when(staff, replace()).refused("v7_consent_required")
    told.given((anna, story_legacy.consent()), (staff, replace()))
    assert story_legacy.old(told) == {"PRIs": 1}
    assert story_legacy.old(told, f"device/{SERIAL}") == {}


def test_the_company_may_be_blocked_or_another_by_now() -> None:
    told = a_device_at_work().given((staff, story_blocks.block_company(ADRIA)))
    assert replaced(told).company == ADRIA != BORA


@pytest.mark.parametrize("who", [anna, ben, mia, box])
def test_nobody_but_staff_replaces(who: Actor) -> None:
    a_device_at_work().when(who, replace()).refused("no_right")


def test_a_new_document_of_the_former_generation_spends_nothing() -> None:
    told = a_device_at_work().given((staff, replace()))
    before = told.ledger
    told.when(box, give_back(1, DIGEST[::-1])).refused("device_replaced")
    assert told.ledger == before
