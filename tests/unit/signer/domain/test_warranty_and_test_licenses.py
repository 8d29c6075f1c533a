"""The signer believes the writer no date: what has an end is proven by its anchor and its months."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from contracts.catalog import LicenseTypeFacts
from contracts.documents import license_file
from contracts.events import Event
from contracts.events.catalog import LicenseTypesDefined
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.test_licenses import TestLicensesIssued, TestReleased
from contracts.events.warranty import WarrantyExtended
from contracts.licenses import DeviceLicenses, Licenses
from signer.application.own_records import Published
from signer.domain.changes import Change
from signer.domain.documents import DocumentSigner, SignedLicenseFile
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from signer.domain.verification.days import require_day
from tests.support.signer.story import KEYS, PARTNER, PROJECT, PUBLIC_KEYS, SERIAL, TRUSTED, Story, lots
from tests.support.signer.story_device_moves import TEST


def a_ledger() -> Story:
    """A device with 5 ports, and extensions free."""
    story = Story().begin({"Port11": 50, "WE-12": 4, "WE-48": 1}).add_device()
    return story.allocate({"Port11": 5})


def delivered(serial: str = SERIAL) -> DevicesRegistered:
    one = RegisteredDevice(serial=serial, model="IP811", delivered_on=date(2026, 5, 20), warranty_months=12)
    return DevicesRegistered(devices=(one,), reference="DN-1")


def extended(months: int = 24, ends_on: str = "2028-05-19", *, by: str = "WE-12", count: int = 1) -> WarrantyExtended:
    return WarrantyExtended(
        company=PARTNER,
        project=PROJECT,
        serial=SERIAL,
        lots=lots({by: count}),
        delivered_on=date(2026, 5, 20),
        months=months,
        ends_on=date.fromisoformat(ends_on),
    )


def on_test(story: Story, **changes: object) -> TestLicensesIssued:
    box = story.boxes[SERIAL]
    box.issue += 1
    device = DeviceLicenses.model_validate(dict(box.licenses()) | {"test": TEST.model_copy(update=changes)})
    return TestLicensesIssued(company=PARTNER, device=device)


def released(story: Story, **changes: object) -> TestReleased:
    """Staff lets the device have a test again; it says of the device what is true, but for these changes."""
    box = story.boxes[SERIAL]
    box.issue += 1
    device = DeviceLicenses.model_validate(dict(box.licenses()) | changes)
    return TestReleased(company=PARTNER, reason="It was not the owner's.", reference="SUP-9", device=device)


def read(story: Story) -> list[Change]:
    reading = Reading(0, trusted=TRUSTED, wanted=Published(), anchor=None)
    return [taken for value in story.values if isinstance(taken := reading.take(value), Change)]


def law(story: Story) -> str:
    with pytest.raises(LawBrokenError) as broken:
        read(story)
    return broken.value.law


def test_a_test_stands_in_the_file_with_its_class_and_its_last_day() -> None:
    story = a_ledger()
    story.add(on_test(story))
    (document,) = DocumentSigner(0, KEYS).documents(read(story)[-1])
    assert isinstance(document, SignedLicenseFile)
    said = license_file.verify(document.content, public_keys=PUBLIC_KEYS).licenses
    assert [(line.license_type, line.license_class, line.count, line.expires) for line in said] == [
        ("Port11", "pbx", 5, None),
        ("Port11", "test", 10, "2027-02-23"),
        ("Fax11", "test", 10, "2027-02-23"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": date(2027, 2, 24)},
        {"licenses": (Licenses(license_type="Channel", count=10),)},
        {"licenses": (Licenses(license_type="Port11", count=11),)},
        {"licenses": (Licenses(license_type="Port99", count=10),)},
    ],
)
def test_a_test_that_is_longer_or_more_than_it_may_be_is_not_signed(changes: dict[str, object]) -> None:
    story = a_ledger()
    assert law(story.add(on_test(story, **changes))) == "test_wrong"


def test_a_second_test_is_not_signed() -> None:
    story = a_ledger()
    story.add(on_test(story))
    assert law(story.add(on_test(story))) == "test_wrong"


def test_a_second_test_is_signed_once_staff_has_released_the_first() -> None:
    story = a_ledger()
    story.add(on_test(story)).add(released(story)).add(on_test(story))
    assert [change.devices[0].test for change in read(story)[-3:]] == [TEST, None, TEST]


@pytest.mark.parametrize(
    "changes",
    [{"test": TEST}, {"test": TEST.model_copy(update={"count": 33})}],
    ids=["the same", "another"],
)
def test_a_release_brings_no_test_with_it(changes: dict[str, object]) -> None:
    story = a_ledger()
    story.add(on_test(story))
    assert law(story.add(released(story, **changes))) == "device_test_wrong"


def test_a_release_brings_no_licenses_with_it() -> None:
    story = a_ledger()
    story.add(on_test(story))
    assert law(story.add(released(story, licenses=lots({"Port11": 9_999})))) == "device_licenses_wrong"


def test_a_device_that_has_had_no_test_is_not_released() -> None:
    story = a_ledger()
    assert law(story.add(released(story))) == "test_wrong"


def test_a_test_that_begins_tomorrow_is_not_signed() -> None:
    story = a_ledger()
    tomorrow = {"issued_on": date(2026, 11, 25), "expires": date(2027, 2, 24)}
    assert law(story.add(on_test(story, **tomorrow))) == "day_wrong"


def test_a_test_may_not_be_dropped_by_an_allocation_nor_kept_by_a_return() -> None:
    story = a_ledger()
    story.add(on_test(story))
    story.allocate({"Port11": 1})
    assert law(story) == "device_test_wrong"


def test_a_return_ends_the_test() -> None:
    story = a_ledger()
    story.add(on_test(story))
    story.give_back(SERIAL)
    assert read(story)[-1].devices[0].test is None


@pytest.mark.parametrize(
    "wrong",
    [
        extended(25),
        extended(ends_on="2028-05-20"),
        extended(count=2),
        extended(by="Port11"),
        extended(60, "2031-05-19"),
    ],
)
def test_a_warranty_gets_the_months_of_its_extension_and_no_other_end(wrong: WarrantyExtended) -> None:
    assert law(a_ledger().add(delivered()).add(wrong)) == "warranty_wrong"


def test_a_warranty_has_sixty_months_at_most() -> None:
    story = a_ledger().add(delivered()).add(extended(60, "2031-05-19", by="WE-48"))
    assert law(story.add(extended(72, "2032-05-19"))) == "warranty_wrong"


@pytest.mark.parametrize(
    ("entries", "broken"),
    [
        (lambda: [extended()], "warranty_wrong"),
        (lambda: [delivered(), delivered()], "device_delivered_once"),
        (lambda: [delivered("009033999999"), extended()], "warranty_wrong"),
    ],
)
def test_a_device_is_delivered_once_and_before_its_warranty_is_extended(
    entries: Callable[[], list[Event]], broken: str
) -> None:
    story = a_ledger()
    for event in entries():
        story.add(event)
    assert law(story) == broken


def test_a_license_type_never_becomes_another_license() -> None:
    ports = LicenseTypeFacts(license_type="Port11", license_class="gateway", family="Port", version=11)
    assert law(a_ledger().add(LicenseTypesDefined(license_types=(ports,), reference="C-1"))) == "license_type_changed"


def test_what_is_lawful_is_taken() -> None:
    read(a_ledger().add(delivered()).add(extended()).add(extended(36, "2029-05-19")))


def test_a_day_is_the_one_in_berlin() -> None:
    story = a_ledger()
    require_day(on_test(story), datetime(2026, 11, 23, 23, tzinfo=UTC))
    with pytest.raises(LawBrokenError):
        require_day(on_test(story), datetime(2026, 11, 24, 23, tzinfo=UTC))
