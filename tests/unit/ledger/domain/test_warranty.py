"""Warranty: the rows of the golden table (rule D7) and who may know of it (rule F4)."""

from datetime import date

import pytest

from contracts.actors import Actor
from contracts.commands.devices import AllocateLicenses
from contracts.events.warranty import WarrantyExtended
from tests.support.ledger.story import (
    HOTEL,
    SERIAL,
    Story,
    anna,
    ben,
    box,
    licenses,
    staff,
)
from tests.support.ledger.story_warranty import a_delivered_device, a_device, extend, on


def end(story: Story, *extensions: str) -> date:
    """The last day after these extensions."""
    event = None
    for license_type in extensions:
        event = story.when(anna, extend(license_type)).accepted()
    assert isinstance(event, WarrantyExtended)
    return event.ends_on


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [(("WE-12",), "2028-05-19"), (("WE-48",), "2031-05-19"), (("WE-12", "WE-12"), "2029-05-19")],
)
def test_delivered_2026_05_20(extensions: tuple[str, ...], expected: str) -> None:
    assert end(a_delivered_device(), *extensions) == date.fromisoformat(expected)


def test_delivered_2026_05_20_we_48_then_we_12() -> None:
    story = a_delivered_device()
    story.when(anna, extend("WE-48")).accepted()
    story.when(anna, extend("WE-12")).refused("warranty_max_exceeded", limit=60)


def test_delivered_2026_05_20_on_its_last_day_2027_05_19() -> None:
    a_delivered_device(today="2027-05-19").when(anna, extend()).accepted()


def test_delivered_2026_05_20_today_2027_05_20() -> None:
    story = a_delivered_device(today="2027-05-20")
    story.when(anna, extend()).refused("warranty_expired", ends_on="2027-05-19")


def test_without_a_day_of_delivery_nothing_can_be_extended() -> None:
    a_device().when(anna, extend()).refused("warranty_unknown_start")


def test_an_extension_is_used_up_and_stands_nowhere_any_more() -> None:
    story = a_delivered_device().given((anna, extend()))
    assert story.free() == {"WE-12": 4, "WE-48": 5, "Port11": 5}
    assert story.on() == {}


def test_r4_an_extension_wants_a_confirmation() -> None:
    a_delivered_device().when(anna, extend(confirm_final=False)).refused(
        "confirmation_required", license_type="WE-12", license_class="warranty"
    )


@pytest.mark.parametrize(
    ("license_type", "code"),
    [("Port11", "not_a_warranty_extension"), ("WE-13", "license_type_unknown")],
)
def test_only_extensions_extend(license_type: str, code: str) -> None:
    a_delivered_device().when(anna, extend(license_type)).refused(code, license_type=license_type)


def test_an_extension_that_is_not_free_cannot_be_used() -> None:
    a_delivered_device().when(anna, extend("WE-24")).refused(
        "insufficient_balance", license_type="WE-24", wanted=1, free=0
    )


def test_an_extension_is_not_allocated_like_a_license() -> None:
    story = a_delivered_device()
    command = AllocateLicenses(project=HOTEL, serial=SERIAL, licenses=licenses(**{"WE-12": 1}), confirm_final=True)
    story.when(anna, command).refused("class_not_allocatable", license_type="WE-12", license_class="warranty")


@pytest.mark.parametrize(("actor", "code"), [(ben, "device_unknown"), (box, "device_unknown"), (staff, "no_right")])
def test_nobody_else_extends(actor: Actor, code: str) -> None:
    a_delivered_device().when(actor, extend()).refused(code)


@pytest.mark.parametrize("today", ["2026-11-24", "2027-05-20"])
def test_f4_an_end_customer_is_not_told_why_a_warranty_cannot_be_extended(today: str) -> None:
    story = a_delivered_device("end_customer")
    story.when(anna, extend("WE-48")).accepted()
    story.now = on("2031-05-20" if today > "2027" else today)
    story.when(anna, extend()).refused("warranty_not_extendable")


def test_f4_nor_that_nobody_knows_when_it_was_delivered() -> None:
    a_device("end_customer").when(anna, extend()).refused("warranty_not_extendable")
