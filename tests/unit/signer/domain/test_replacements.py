"""Each law of broken devices, broken once: what goes to the replacement, and that the former one never comes back."""

from collections.abc import Mapping
from datetime import date

import pytest

from contracts.accounts import device_account, project_account
from contracts.events import Event
from contracts.events.companies import CompanyRegistered, ProjectCreated
from contracts.events.company_imports import CompanyImported, CompanyOffered, ImportedProject
from contracts.events.delivered_devices import DevicesRegistered, RegisteredDevice
from contracts.events.device_moves import DeviceReleased
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.projects import LicensesDeallocated, ProjectArchived
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.events.test_licenses import TestLicensesIssued
from contracts.events.warranty import WarrantyExtended
from contracts.legacy import lots_of, preview_digest
from contracts.licenses import DeviceLicenses, TestLicenses
from contracts.log.entries import decode_entry
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.signer.story import ACCOUNT, PARTNER, PROJECT, SERIAL, Box, Story, lots
from tests.support.signer.story_device_moves import (
    BUYER,
    BUYERS,
    NEW,
    SPA,
    TEST,
    claimed,
    code,
    delivered,
    moved,
    offered,
)

THIRD = "009033010297"
HELD = {"Port11": 20, "PRI": 4}
ON, LATE = date(2026, 5, 20), date(2026, 9, 1)
ANOTHER_TEST = TEST.model_copy(update={"count": 9})


def spent(issue: int = 3, generation: int = 2, project: str = PROJECT) -> DeviceLicenses:
    """The broken device as its replacement states it."""
    return Box(SERIAL, generation=generation, issue=issue).licenses(project)


def new(
    issue: int = 1,
    *,
    serial: str = NEW,
    generation: int = 1,
    project: str = PROJECT,
    holdings: Mapping[str, int] = HELD,
    test: TestLicenses | None = None,
) -> DeviceLicenses:
    """The replacement as it is stated."""
    device = Box(serial, generation=generation, issue=issue, holdings=dict(holdings)).licenses(project)
    return device.model_copy(update={"test": test})


def replaced(**said: object) -> DeviceReplaced:
    """What an honest writer states when the device was never registered as delivered and had no test."""
    event = DeviceReplaced(
        company=PARTNER, rma="RMA-1", reason="Lightning", former=spent(), device=new(), lots=lots(HELD)
    )
    return event.model_copy(update=said)


def replaced_again(serial: str = THIRD, rma: str = "RMA-2", **said: object) -> DeviceReplaced:
    """The replacement broke, too."""
    former = new(2, generation=2, holdings={})
    return replaced(rma=rma, former=former, device=new(serial=serial), **said)


def recommissioned(issue: int = 4, generation: int = 2, **said: object) -> DeviceRecommissioned:
    """The broken device is back in stock; its document is proven elsewhere."""
    event = DeviceRecommissioned(
        company=PARTNER,
        reason="Repaired",
        spent_generation=1,
        document_digest="0" * 64,
        certificate_sha256="0" * 64,
        firmware="11.00",
        document="PHg+",
        device=spent(issue, generation),
    )
    return event.model_copy(update=said)


def stocked() -> DeviceLicenses:
    """As if it had kept what the replacement has."""
    return spent(4).model_copy(update={"licenses": lots(HELD)})


def back(issue: int = 5, generation: int = 2) -> Event:
    """It is added to a project again."""
    return DeviceAdded(company=PARTNER, device=spent(issue, generation))


def added(serial: str = NEW) -> Event:
    return DeviceAdded(company=PARTNER, device=Box(serial).licenses())


def given(issue: int = 2, **counts: int) -> Event:
    device = Box(NEW, issue=issue, holdings=counts).licenses()
    return LicensesAllocated(company=PARTNER, lots=lots(counts), device=device)


def taken_away(left: int, serial: str = NEW) -> Event:
    """The rest of the ports, off the replacement."""
    device = new(2, serial=serial, holdings={"Port11": left, "PRI": 4})
    return LicensesDeallocated(company=PARTNER, lots=lots({"Port11": 20 - left}), device=device)


def released() -> Event:
    return DeviceReleased(company=PARTNER, project=PROJECT, serial=NEW)


def on_test(device: DeviceLicenses) -> Event:
    return TestLicensesIssued(company=PARTNER, device=device.model_copy(update={"test": TEST}))


def had_its_test() -> Event:
    """The device, while it was well."""
    return on_test(Box(issue=3, holdings=dict(HELD)).licenses())


def registered(serial: str = SERIAL, on: date = ON) -> Event:
    one = RegisteredDevice(serial=serial, model="IP811", delivered_on=on, warranty_months=12)
    return DevicesRegistered(devices=(one,), reference="DN-1")


def extended(on: date, ends_on: date) -> Event:
    """The warranty of the replacement, from one year to two."""
    return WarrantyExtended(
        company=PARTNER,
        project=PROJECT,
        serial=NEW,
        lots=lots({"WE-12": 1}),
        delivered_on=on,
        months=24,
        ends_on=ends_on,
    )


def old_licenses() -> Event:
    old = lots_of({"Registrations": 5})
    return LegacyLicensesImported(company=PARTNER, project=PROJECT, serial=SERIAL, licenses=old, reference="EXPORT-7")


def consent() -> Event:
    return LegacyConsentGiven(company=PARTNER, project=PROJECT, serial=SERIAL, generation=1, account=ACCOUNT)


def converted() -> Event:
    there, become = {"Registrations": 5}, {"Port8": 5}
    digest = preview_digest(PROJECT, there, become)
    return LegacyLicensesConverted(
        company=PARTNER, project=PROJECT, licenses=lots_of(there), lots=lots(become), preview_digest=digest
    )


def whole_company() -> list[Event]:
    """The partner goes over into the buyer, with all offers of devices that stand."""
    projects = (
        ImportedProject(project=PROJECT, project_name="Default"),
        ImportedProject(project=SPA, project_name="Spa"),
    )
    return [
        CompanyOffered(company=PARTNER, offered_to=BUYER),
        CompanyImported(former_company=PARTNER, company=BUYER, projects=projects, members=(ACCOUNT,)),
    ]


ARCHIVED: list[Event] = [
    moved(SPA),
    ProjectArchived(company=PARTNER, project=SPA, project_name="Spa"),
]
RELEASED: list[Event] = [added(), released()]
HOLDS: list[list[Event]] = [
    [replaced()],
    [replaced(), replaced_again()],
    [*RELEASED, replaced(device=new(2))],
    [moved(SPA), replaced(former=spent(4, project=SPA), device=new(project=SPA))],
    [replaced(), taken_away(15)],
    [delivered(), replaced(), delivered(1, serial=NEW)],
    [offered(), replaced(), *whole_company()],
    [had_its_test(), replaced(former=spent(4), test_used=TEST)],
    [had_its_test(), replaced(former=spent(4), test_used=TEST), replaced_again(test_used=TEST)],
    [replaced(), on_test(new(2))],
    [added(), on_test(new(2, holdings={})), released(), replaced(device=new(3))],
    [registered(), replaced(), extended(ON, date(2028, 5, 19))],
    [registered(), registered(NEW, LATE), replaced(), extended(ON, date(2028, 5, 19))],
    [registered(), replaced(), replaced_again()],
    [registered(NEW, LATE), replaced(), extended(LATE, date(2028, 8, 31))],
    [old_licenses(), consent(), replaced(), converted()],
    [replaced(), recommissioned()],
    [registered(), replaced(), recommissioned(), registered(), back()],
    [had_its_test(), replaced(former=spent(4), test_used=TEST), recommissioned(5), back(6)],
    [offered(), replaced(), *whole_company(), recommissioned(company=BUYER)],
    [
        moved(SPA),
        replaced(former=spent(4, project=SPA), device=new(project=SPA)),
        recommissioned(device=spent(5, project=SPA)),
    ],
]
BROKEN: list[tuple[str, list[Event]]] = [
    ("rma_twice", [replaced(), replaced_again(rma="RMA-1")]),
    ("device_unknown", [replaced(former=Box(THIRD, generation=2, issue=2).licenses())]),
    ("device_unknown", [replaced(), replaced(rma="RMA-2", device=new(serial=THIRD))]),
    ("device_unknown", [replaced(), delivered()]),
    ("company_wrong", [replaced(company=BUYER)]),
    ("project_archived", [*ARCHIVED, replaced(former=spent(4, project=SPA), device=new(project=SPA))]),
    ("device_project_wrong", [replaced(former=spent(project=SPA))]),
    ("device_project_wrong", [replaced(device=new(project=SPA))]),
    ("device_project_wrong", [replaced(device=new(project=BUYERS))]),
    ("device_generation_wrong", [replaced(former=spent(generation=1))]),
    ("device_generation_wrong", [replaced(device=new(generation=2))]),
    ("device_issue_wrong", [replaced(former=spent(2))]),
    ("device_issue_wrong", [replaced(device=new(2))]),
    ("device_issue_wrong", [*RELEASED, replaced()]),
    ("device_licenses_wrong", [replaced(former=spent().model_copy(update={"licenses": lots({"PRI": 4})}))]),
    ("device_licenses_wrong", [replaced(device=new(holdings={"Port11": 21, "PRI": 4}))]),
    ("device_licenses_wrong", [replaced(device=new(holdings={"Port11": 20}))]),
    ("replacement_not_total", [replaced(lots=lots({"Port11": 20}), device=new(holdings={"Port11": 20}))]),
    ("replacement_not_total", [replaced(lots=lots({"Port11": 21, "PRI": 4}))]),
    ("license_class_wrong", [replaced(lots=(lots({"PRI": 4})[0].model_copy(update={"license_class": "pbx"}),))]),
    ("device_added_once", [added(), replaced()]),
    ("replacement_not_blank", [added(), given(PRI=1), replaced(device=new(3))]),
    ("replacement_not_blank", [added(), given(PRI=1), released(), replaced(device=new(3))]),
    ("replacement_not_blank", [replaced(device=new(serial=SERIAL))]),
    ("device_replaced", [replaced(), added(SERIAL)]),
    ("device_replaced", [replaced(), code(), claimed(SERIAL)]),
    ("device_replaced", [replaced(), replaced_again(SERIAL)]),
    ("licenses_delivered", [delivered(), replaced(), taken_away(15)]),
    ("licenses_delivered", [delivered(), replaced(), replaced_again(), taken_away(15, THIRD)]),
    ("test_wrong", [had_its_test(), replaced(former=spent(4))]),
    ("test_wrong", [had_its_test(), replaced(former=spent(4), test_used=ANOTHER_TEST)]),
    ("test_wrong", [replaced(test_used=TEST)]),
    ("test_wrong", [had_its_test(), replaced(former=spent(4), test_used=TEST), replaced_again()]),
    ("test_wrong", [had_its_test(), replaced(former=spent(4), test_used=TEST), on_test(new(2))]),
    ("device_test_wrong", [had_its_test(), replaced(former=spent(4), device=new(test=TEST), test_used=TEST)]),
    (
        "device_test_wrong",
        [had_its_test(), replaced(former=spent(4).model_copy(update={"test": TEST}), test_used=TEST)],
    ),
    (
        "warranty_wrong",
        [registered(), registered(NEW, LATE), replaced(), extended(LATE, date(2028, 8, 31))],
    ),
    ("device_delivered_once", [registered(), replaced(), registered(NEW)]),
    ("device_replaced", [registered(), replaced(), registered()]),
    ("device_replaced", [replaced(), registered()]),
    ("legacy_consent_missing", [old_licenses(), replaced()]),
    ("not_replaced", [recommissioned()]),
    ("not_replaced", [replaced(), recommissioned(), recommissioned(5)]),
    ("not_replaced", [replaced(), recommissioned(), back(), recommissioned(6)]),
    ("not_replaced", [added(), released(), recommissioned(device=new(2, holdings={}))]),
    ("company_wrong", [replaced(), recommissioned(company=BUYER)]),
    ("device_project_wrong", [replaced(), recommissioned(device=spent(4, project=SPA))]),
    ("device_generation_wrong", [replaced(), recommissioned(spent_generation=2)]),
    ("device_generation_wrong", [replaced(), recommissioned(generation=3)]),
    ("device_issue_wrong", [replaced(), recommissioned(3)]),
    (
        "device_licenses_wrong",
        [replaced(), recommissioned(device=stocked())],
    ),
    ("device_generation_wrong", [replaced(), recommissioned(), back(generation=1)]),
    ("device_issue_wrong", [replaced(), recommissioned(), back(4)]),
    ("device_unknown", [replaced(), recommissioned(), delivered(4, generation=2)]),
]


def _books() -> VerifiedLedger:
    """Books of a partner with 30 ports free and a device with 20 ports and 4 PRI, and of a buyer."""
    story = Story().begin({"Port11": 50, "PRI": 8, "WE-12": 1}).add_device().allocate(HELD)
    story.add(ProjectCreated(company=PARTNER, project=SPA, project_name="Spa"))
    story.add(CompanyRegistered(company=BUYER, kind="reseller", administrator=ACCOUNT, default_project=BUYERS))
    books = VerifiedLedger()
    for value in story.values:
        post(books, decode_entry(value).data)
    return books


def test_a_replacement_states_both_devices_and_moves_all_licenses() -> None:
    books = _books()
    free = dict(books.balance(project_account(PROJECT)))
    assert post(books, replaced()) == (new(), spent())
    assert books.balance(device_account(NEW)) == HELD
    assert books.balance(device_account(SERIAL)) == {}
    assert books.balance(project_account(PROJECT)) == free


def test_old_licenses_of_a_broken_device_are_free_in_its_project() -> None:
    books = _books()
    for event in (old_licenses(), consent(), replaced()):
        post(books, event)
    assert books.legacy(device_account(SERIAL)) == {}
    assert books.legacy(project_account(PROJECT)) == {"Registrations": 5}


@pytest.mark.parametrize("events", HOLDS)
def test_what_keeps_the_laws_is_taken(events: list[Event]) -> None:
    books = _books()
    for event in events:
        post(books, event)


@pytest.mark.parametrize(("law", "events"), BROKEN)
def test_an_event_that_breaks_a_law_of_replacements_is_not_taken(law: str, events: list[Event]) -> None:
    books = _books()
    for event in events[:-1]:
        post(books, event)
    with pytest.raises(LawBrokenError) as caught:
        post(books, events[-1])
    assert caught.value.law == law
