"""The laws of what staff does, each broken once."""

from datetime import date

import pytest

from contracts.accounts import device_account, project_account
from contracts.events import Event
from contracts.events.blocks import DeviceBlocked
from contracts.events.companies import CompanyRegistered
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.events.warranty import WarrantyExtended
from contracts.identifiers import derived_id
from contracts.legacy import LegacyLicenses, ListedKey, lots_of, preview_digest
from signer.application.own_records import Published
from signer.domain.changes import Change
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from tests.support.signer.story import ACCOUNT, PARTNER, PROJECT, SERIAL, TRUSTED, VENDOR, Box, Story, lots

SECOND = derived_id("second", "account")
CORRECTION = derived_id("c", "correction")
OTHERS_PROJECT = derived_id("others", "project")
PLACE, ON_DEVICE = project_account(PROJECT), device_account(SERIAL)


def _take(story: Story) -> Change | None:
    """What the last entry changes on a device."""
    reading = Reading(0, trusted=TRUSTED, wanted=Published(), anchor=None)
    taken = [reading.take(value) for value in story.values][-1]
    assert taken is None or isinstance(taken, Change)
    return taken


def _broken_by(story: Story) -> str:
    _take_all_but_the_last(story)
    with pytest.raises(LawBrokenError) as caught:
        _take(story)
    return caught.value.law


def _take_all_but_the_last(story: Story) -> None:
    before = Story()
    before.values = story.values[:-1]
    _take(before)


def _story() -> Story:
    """20 ports and 4 interfaces on the device, 30 ports free."""
    return Story().begin({"Port11": 50, "PRI": 4}).add_device().allocate({"Port11": 20, "PRI": 4})


def _proposed(source: str = ON_DEVICE, target: str = "retired") -> CorrectionProposed:
    return CorrectionProposed(
        correction=CORRECTION,
        company=PARTNER,
        source=source,
        target=target,
        lots=lots({"PRI": 1}),
        reason="A mistake",
        reference="CASE-1",
        proposed_by=ACCOUNT,
    )


def _applied(**changes: object) -> CorrectionApplied:
    event = CorrectionApplied(
        correction=CORRECTION,
        company=PARTNER,
        source=ON_DEVICE,
        target="retired",
        lots=lots({"PRI": 1}),
        proposed_by=ACCOUNT,
        approved_by=SECOND,
        device=Box(issue=3, holdings={"Port11": 20, "PRI": 3}).licenses(),
    )
    return event.model_copy(update=changes)


def _imported(**changes: object) -> LegacyLicensesImported:
    event = LegacyLicensesImported(
        company=PARTNER, project=PROJECT, licenses=lots_of({"Registrations": 5}), reference="EXPORT-7"
    )
    return event.model_copy(update=changes)


def _listed(company: str | None = None, count: int = 5) -> LegacyKeysRegistered:
    there = (LegacyLicenses(license_name="Registrations", count=count),)
    key = ListedKey(key_digest="77" * 32, licenses=there, company=company)
    return LegacyKeysRegistered(keys=(key,), reference="EXPORT-8")


def _converted(old: dict[str, int], new: dict[str, int]) -> LegacyLicensesConverted:
    return LegacyLicensesConverted(
        company=PARTNER,
        project=PROJECT,
        licenses=lots_of(old),
        lots=lots(new),
        preview_digest=preview_digest(PROJECT, old, new),
    )


def test_a_correction_by_two_persons_makes_a_new_file() -> None:
    change = _take(_story().add(_proposed()).add(_applied()))
    assert change is not None
    assert change.devices[0].licenses == lots({"Port11": 20, "PRI": 3})


def test_a_correction_of_a_balance_makes_none() -> None:
    applied = _applied(source="issuance", target=PLACE, device=None)
    assert _take(_story().add(_proposed("issuance", PLACE)).add(applied)) is None


@pytest.mark.parametrize(
    ("law", "event"),
    [
        ("correction_alone", _applied(approved_by=ACCOUNT)),
        ("correction_alone", _applied(proposed_by=SECOND)),
        ("correction_changed", _applied(lots=lots({"PRI": 2}))),
        ("correction_changed", _applied(target=PLACE)),
        ("correction_changed", _applied(company=VENDOR)),
        ("correction_device_wrong", _applied(device=None)),
        ("correction_device_wrong", _applied(device=Box("009033aaaaaa").licenses())),
        ("device_issue_wrong", _applied(device=Box(issue=2, holdings={"Port11": 20, "PRI": 3}).licenses())),
        ("device_licenses_wrong", _applied(device=Box(issue=3, holdings={"Port11": 20, "PRI": 4}).licenses())),
        ("correction_twice", _proposed()),
    ],
)
def test_a_correction_is_what_was_proposed_and_has_two_persons(law: str, event: Event) -> None:
    assert _broken_by(_story().add(_proposed()).add(event)) == law


def test_a_correction_needs_a_proposal_that_waits() -> None:
    assert _broken_by(_story().add(_applied())) == "correction_unknown"
    rejected = CorrectionRejected(correction=CORRECTION, company=PARTNER, reason="No", rejected_by=SECOND)
    assert _broken_by(_story().add(_proposed()).add(rejected).add(_applied())) == "correction_unknown"


def test_a_correction_takes_no_more_than_is_there() -> None:
    proposed = _proposed(PLACE)
    applied = _applied(source=PLACE, device=None)
    assert _broken_by(_story().add(proposed).add(applied)) == "account_negative"


def test_a_correction_stays_within_its_company() -> None:
    others = CompanyRegistered(company=VENDOR, kind="reseller", administrator=ACCOUNT, default_project=OTHERS_PROJECT)
    target = project_account(OTHERS_PROJECT)
    applied = _applied(source="issuance", target=target, device=None)
    assert _broken_by(_story().add(others).add(_proposed("issuance", target)).add(applied)) == "company_wrong"


def _registered(serial: str = SERIAL) -> DevicesRegistered:
    one = RegisteredDevice(serial=serial, model="IP811", delivered_on=date(2026, 5, 20), warranty_months=12)
    return DevicesRegistered(devices=(one,), reference="DN-1")


def _delivery(**changes: object) -> DeliveryCorrectionProposed:
    event = DeliveryCorrectionProposed(
        correction=CORRECTION,
        company=VENDOR,
        serial=SERIAL,
        model="IP811",
        delivered_on=date(2026, 6, 1),
        reason="A mistake",
        reference="CASE-1",
        proposed_by=ACCOUNT,
    )
    return event.model_copy(update=changes)


def _delivery_corrected(**changes: object) -> DeliveryCorrected:
    event = DeliveryCorrected(
        correction=CORRECTION,
        company=VENDOR,
        serial=SERIAL,
        model="IP811",
        delivered_on=date(2026, 6, 1),
        base_months=12,
        months=12,
        ends_on=date(2027, 5, 31),
        proposed_by=ACCOUNT,
        approved_by=SECOND,
    )
    return event.model_copy(update=changes)


def test_a_corrected_delivery_makes_no_license_file() -> None:
    assert _take(_story().add(_registered()).add(_delivery()).add(_delivery_corrected())) is None


def _extended(delivered_on: date, ends_on: date) -> WarrantyExtended:
    return WarrantyExtended(
        company=PARTNER,
        project=PROJECT,
        serial=SERIAL,
        lots=lots({"WE-12": 1}),
        delivered_on=delivered_on,
        months=24,
        ends_on=ends_on,
    )


def _extendable() -> Story:
    return Story().begin({"WE-12": 1}).add_device().add(_registered())


def test_an_extension_counts_from_the_corrected_day() -> None:
    after, before = _extended(date(2026, 6, 1), date(2028, 5, 31)), _extended(date(2026, 5, 20), date(2028, 5, 19))
    assert _take(_extendable().add(_delivery()).add(_delivery_corrected()).add(after)) is None
    assert _broken_by(_extendable().add(_delivery()).add(_delivery_corrected()).add(before)) == "warranty_wrong"


@pytest.mark.parametrize(
    ("law", "event"),
    [
        ("correction_alone", _delivery_corrected(approved_by=ACCOUNT)),
        ("correction_alone", _delivery_corrected(proposed_by=SECOND)),
        ("correction_changed", _delivery_corrected(delivered_on=date(2026, 6, 2), ends_on=date(2027, 6, 1))),
        ("correction_changed", _delivery_corrected(model="IP6010")),
        ("correction_changed", _delivery_corrected(serial="009033aaaaaa")),
        ("correction_changed", _applied()),
        ("warranty_wrong", _delivery_corrected(months=24, ends_on=date(2028, 5, 31))),
        ("warranty_wrong", _delivery_corrected(base_months=24, months=24, ends_on=date(2028, 5, 31))),
        ("warranty_wrong", _delivery_corrected(ends_on=date(2027, 6, 1))),
        ("correction_twice", _delivery()),
    ],
)
def test_a_corrected_delivery_is_what_was_proposed_by_two_persons_and_its_end_follows(law: str, event: Event) -> None:
    assert _broken_by(_story().add(_registered()).add(_delivery()).add(event)) == law


def test_another_model_brings_another_base_and_never_more_than_sixty_months() -> None:
    story = _story().add(_registered()).add(_delivery(model="IP6010"))
    other = _delivery_corrected(model="IP6010", base_months=24, months=24, ends_on=date(2028, 5, 31))
    assert _take(story.add(other)) is None
    story = _extendable().add(_extended(date(2026, 5, 20), date(2028, 5, 19))).add(_delivery(model="IP6010"))
    too_long = other.model_copy(update={"base_months": 60, "months": 72, "ends_on": date(2032, 5, 31)})
    assert _broken_by(story.add(too_long)) == "warranty_wrong"


def test_only_what_was_delivered_and_not_replaced_is_corrected() -> None:
    assert _broken_by(_story().add(_delivery()).add(_delivery_corrected())) == "warranty_wrong"
    swapped = _story().add(_registered()).add(_registered("0090330102f0")).add(_delivery()).replace("0090330102f0")
    assert _broken_by(swapped.add(_delivery_corrected())) == "device_replaced"
    assert _broken_by(_story().add(_registered()).add(_delivery_corrected())) == "correction_unknown"


def test_a_correction_of_licenses_is_not_carried_out_as_one_of_a_delivery() -> None:
    story = _story().add(_registered()).add(_proposed())
    assert _broken_by(story.add(_delivery_corrected())) == "correction_changed"


def test_a_replacement_keeps_its_model_and_so_its_base_may_change_to_that_of_the_former_device() -> None:
    own = RegisteredDevice(serial="0090330102f0", model="IP6010", delivered_on=date(2026, 6, 1), warranty_months=24)
    story = _story().add(_registered()).add(DevicesRegistered(devices=(own,), reference="DN-2"))
    story.replace("0090330102f0").add(_delivery(serial="0090330102f0"))
    now = _delivery_corrected(serial="0090330102f0", base_months=36, months=36, ends_on=date(2029, 5, 31))
    assert _take(story.add(now)) is None


def test_a_block_makes_a_new_file_with_what_the_device_has() -> None:
    device = Box(issue=3, holdings={"Port11": 20, "PRI": 4}).licenses()
    blocked = DeviceBlocked(company=PARTNER, reason="Stolen", reference="CASE-1", device=device)
    change = _take(_story().add(blocked))
    assert change is not None
    assert change.devices == (device,)
    more = blocked.model_copy(update={"device": Box(issue=3, holdings={"Port11": 21, "PRI": 4}).licenses()})
    assert _broken_by(_story().add(more)) == "device_licenses_wrong"


@pytest.mark.parametrize(
    ("law", "old", "new"),
    [
        ("conversion_wrong", {"Registrations": 5}, {"Port8": 6}),
        ("conversion_wrong", {"Registrations": 5}, {}),
        ("legacy_licenses_wrong", {"Registrations": 6}, {"Port8": 6}),
    ],
)
def test_a_conversion_ends_all_old_licenses_and_makes_what_the_table_says(
    law: str, old: dict[str, int], new: dict[str, int]
) -> None:
    assert _take(_story().add(_imported()).add(_converted({"Registrations": 5}, {"Port8": 5}))) is None
    assert _broken_by(_story().add(_imported()).add(_converted(old, new))) == law


def test_a_conversion_is_done_once() -> None:
    converted = _converted({"Registrations": 5}, {"Port8": 5})
    assert _broken_by(_story().add(_imported()).add(converted).add(converted)) == "legacy_licenses_wrong"


def test_an_old_key_comes_in_once() -> None:
    imported = _imported(key_digest="77" * 32)
    assert _broken_by(_story().add(imported).add(imported)) == "legacy_key_twice"


def test_an_old_key_comes_onto_the_list_once_and_before_it_comes_in() -> None:
    assert _broken_by(_story().add(_listed()).add(_listed())) == "legacy_key_twice"
    assert _broken_by(_story().add(_imported(key_digest="77" * 32)).add(_listed())) == "legacy_key_twice"


def test_an_old_key_brings_what_its_list_says_and_to_whom_it_says() -> None:
    imported = _imported(key_digest="77" * 32)
    assert _take(_story().add(_listed(PARTNER)).add(imported)) is None
    assert _broken_by(_story().add(_listed(count=4)).add(imported)) == "legacy_key_wrong"
    assert _broken_by(_story().add(_listed(VENDOR)).add(imported)) == "legacy_key_wrong"


@pytest.mark.parametrize(
    ("law", "changes"),
    [
        ("company_wrong", {"company": VENDOR}),
        ("project_unknown", {"project": OTHERS_PROJECT}),
        ("device_project_wrong", {"serial": "009033aaaaaa"}),
    ],
)
def test_old_licenses_come_to_a_place_of_the_company(law: str, changes: dict[str, object]) -> None:
    assert _broken_by(_story().add(_imported(**changes))) == law


def test_old_licenses_of_a_device_are_freed_only_after_consent() -> None:
    assert _broken_by(_story().add(_imported(serial=SERIAL)).give_back()) == "legacy_consent_missing"
    consent = LegacyConsentGiven(company=PARTNER, project=PROJECT, serial=SERIAL, generation=1, account=ACCOUNT)
    story = _story().add(_imported(serial=SERIAL)).add(consent).give_back()
    converted = _converted({"Registrations": 5}, {"Port8": 5})
    assert _take(story.add(converted)) is None
