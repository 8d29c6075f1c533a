"""The catalog, device models and delivered devices: rows of rules R3 and F4."""

from datetime import date, timedelta

import pytest

from contracts.actors import Actor
from contracts.catalog import DeviceModel, LicenseTypeFacts, described
from contracts.commands.activation_keys import IssueActivationKey
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.licenses import DEFAULT_CATALOG, Licenses, LicenseTypeDefinition
from ledger.domain.evolve import evolve
from ledger.domain.state import Ledger
from tests.support.ledger.story import (
    HOTEL,
    NOON,
    OTHER_SERIAL,
    SERIAL,
    Story,
    a_founded_ledger,
    a_project,
    a_stocked_project,
    add,
    anna,
    ben,
    box,
    issue,
    redeem,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, SMB, SMB9, an_smb_key, define, delivered, models, register, smb


def facts(**said: object) -> LicenseTypeFacts:
    return LicenseTypeFacts.model_validate(
        {"license_type": "Port12", "license_class": "pbx", "family": "Port", "version": 12} | said
    )


@pytest.mark.parametrize(
    ("name", "family", "version", "months"),
    [
        ("Port11", "Port", 11, None),
        ("Gatekeeper8", "Gatekeeper", 8, None),
        ("Channel", "Channel", None, None),
        ("WE-12", "WE-12", None, 12),
        ("WE-48", "WE-48", None, 48),
        ("SSC", "SSC", None, None),
    ],
)
def test_what_a_founding_catalog_says_by_name(name: str, family: str, version: int | None, months: int | None) -> None:
    definition = next(one for one in DEFAULT_CATALOG if one.license_type == name)
    assert described(definition).family == family
    assert described(definition).version == version
    assert described(definition).months == months


def test_the_default_catalog_has_one_type_for_each_family_and_version() -> None:
    known = [described(definition) for definition in DEFAULT_CATALOG]
    assert len({(one.family, one.version) for one in known}) == len(known)


def test_a_new_version_can_be_sold_once_it_is_defined() -> None:
    story = a_project()
    story.when(staff, issue(Port12=5)).refused("license_type_unknown", license_type="Port12")
    story.given((staff, define(facts())), (staff, issue(Port12=5)), (anna, redeem()))
    assert story.free() == {"Port12": 5}


def test_weight_and_limits_of_a_known_type_may_change() -> None:
    a_founded_ledger().given((staff, define(facts())), (staff, define(facts(weight=3, device_limit=50))))


@pytest.mark.parametrize(
    "change",
    [
        {"license_class": "gateway"},
        {"family": "Porto"},
        {"version": 13},
        {"license_class": "warranty", "months": 12, "version": None},
    ],
)
def test_what_a_license_is_never_changes(change: dict[str, object]) -> None:
    story = a_founded_ledger().given((staff, define(facts())))
    story.when(staff, define(facts(**change))).refused("license_type_fixed", license_type="Port12")


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": 12},
        {"license_class": "warranty", "version": None},
        {"license_class": "warranty", "months": 12},
        {"license_class": "service"},
        {"version": 11},
    ],
)
def test_a_definition_that_contradicts_itself_or_another_is_refused(wrong: dict[str, object]) -> None:
    a_founded_ledger().when(staff, define(facts(**wrong))).refused("license_type_inconsistent", license_type="Port12")


def test_a_type_is_defined_once_in_a_command() -> None:
    a_founded_ledger().when(staff, define(facts(), facts(weight=2))).refused("license_type_repeated")


@pytest.mark.parametrize("actor", [anna, ben, box])
def test_only_staff_touches_catalog_models_and_deliveries(actor: Actor) -> None:
    story = a_project()
    story.when(actor, define(facts())).refused("no_right")
    story.when(actor, models(MODEL)).refused("no_right")
    story.when(actor, register(delivered())).refused("no_right")


def _a_small_office() -> Story:
    """30 SMB ports free, and two devices."""
    story = a_stocked_project().given((anna, add(OTHER_SERIAL)), (staff, define(SMB)))
    return story.given((staff, an_smb_key(30)), (anna, redeem("c3" * 32)))


def test_r3_a_device_holds_at_most_twenty_smb_ports() -> None:
    story = _a_small_office().given((anna, smb(15)))
    story.when(anna, smb(6)).refused("smb_limit", license_type="PORT8*20", limit=20)
    story.when(anna, smb(5)).accepted()


def test_r3_smb_ports_have_their_limits_by_their_name_too() -> None:
    known = described(LicenseTypeDefinition(license_type="PORT8*20", license_class="pbx"))
    assert (known.family, known.version, known.device_limit, known.sole_device) == ("PORT*20", 8, 20, True)
    port = described(LicenseTypeDefinition(license_type="Port11", license_class="pbx"))
    assert (port.device_limit, port.sole_device) == (None, False)


def _two_versions() -> Story:
    """30 SMB ports free of each of two versions, and two devices."""
    lots = (Licenses(license_type=SMB9.license_type, count=30),)
    key = IssueActivationKey(key_digest="c9" * 32, key_hint="K3YZ", licenses=lots, order_number="PO-1")
    return _a_small_office().given((staff, define(SMB9)), (staff, key), (anna, redeem("c9" * 32)))


def test_r3_another_version_of_smb_ports_is_no_way_to_a_second_device() -> None:
    story = _two_versions().given((anna, smb(5)))
    story.when(anna, smb(1, OTHER_SERIAL, SMB9.license_type)).refused("smb_limit", license_type="PORT9*20", devices=1)
    story.given((anna, smb(5, license_type=SMB9.license_type)))


def test_r3_a_device_holds_twenty_smb_ports_of_all_versions_together() -> None:
    story = _two_versions().given((anna, smb(15)))
    story.when(anna, smb(6, license_type=SMB9.license_type)).refused("smb_limit", license_type="PORT9*20", limit=20)
    story.given((anna, smb(5, license_type=SMB9.license_type)))
    both = smb(15).licenses + smb(6, license_type=SMB9.license_type).licenses
    _two_versions().when(anna, smb(1).model_copy(update={"licenses": both})).refused(
        "smb_limit", license_type="PORT8*20", limit=20
    )


def test_r3_only_one_device_of_a_project_holds_smb_ports() -> None:
    story = _a_small_office().given((anna, smb(1)))
    story.when(anna, smb(1, OTHER_SERIAL)).refused("smb_limit", license_type="PORT8*20", devices=1)


def test_a_delivered_device_has_the_warranty_of_its_model() -> None:
    story = a_founded_ledger().given((staff, models(DeviceModel(model="IP811", family="IP8x1", warranty_months=24))))
    event = story.when(staff, register(delivered())).accepted()
    assert isinstance(event, DevicesRegistered)
    assert event.devices[0].warranty_months == 24


def test_a_model_that_changes_leaves_earlier_deliveries_alone() -> None:
    story = a_founded_ledger().given((staff, models(MODEL)), (staff, register(delivered())))
    story.given((staff, models(DeviceModel(model="IP811", family="IP8x1", warranty_months=24))))
    assert story.ledger.delivered[SERIAL].warranty_months == 12


def test_a_device_is_delivered_once_and_never_tomorrow() -> None:
    story = a_founded_ledger()
    story.when(staff, register(delivered())).refused("model_unknown", model="IP811")
    story.given((staff, models(MODEL)))
    tomorrow = NOON.date() + timedelta(days=1)
    story.when(staff, register(delivered(on=tomorrow))).refused("delivered_in_future", serial=SERIAL)
    story.when(staff, register(delivered(), delivered())).refused("device_repeated")
    story.when(staff, models(MODEL, MODEL)).refused("model_repeated")
    story.given((staff, register(delivered())))
    story.when(staff, register(delivered(OTHER_SERIAL), delivered())).refused("device_registered", serial=SERIAL)


def test_no_device_was_delivered_before_there_was_a_vendor() -> None:
    story = a_founded_ledger().given((staff, models(MODEL)))
    for day in (date(1, 1, 1), date(1996, 12, 31)):
        story.when(staff, register(delivered(on=day))).refused(
            "delivered_too_early", serial=SERIAL, earliest="1997-01-01"
        )
    story.when(staff, register(delivered(on=date(1997, 1, 1)))).accepted()


def test_what_was_registered_with_such_a_day_once_still_stands() -> None:
    known = RegisteredDevice(serial=SERIAL, model="IP811", delivered_on=date(1, 1, 1), warranty_months=12)
    ledger = evolve(Ledger(), DevicesRegistered(devices=(known,), reference="DN-1"), at=NOON, by=str(staff))
    assert ledger.delivered[SERIAL].delivered_on == date(1, 1, 1)


def test_registering_a_device_puts_it_into_no_project() -> None:
    story = a_project().given((staff, models(MODEL)), (staff, register(delivered())))
    assert SERIAL not in story.ledger.devices
    story.given((anna, add()))
    assert story.ledger.devices[SERIAL].project == HOTEL
