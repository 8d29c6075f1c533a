"""Each law of moves, broken once: what was delivered, who consented, which claim code."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from contracts.events import Event
from contracts.events.claims import ClaimCodeWithdrawn, DeviceClaimed
from contracts.events.companies import CompanyRegistered, ProjectCreated
from contracts.events.device_moves import DeviceReleased
from contracts.events.devices import DeviceAdded, LicenseFileDownloaded, LicensesAllocated
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived
from contracts.log.entries import decode_entry
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.signer.story import ACCOUNT, PARTNER, PROJECT, SERIAL, VENDOR, Box, Story, lots
from tests.support.signer.story_device_moves import (
    BUYER,
    BUYERS,
    CODE,
    NEW,
    OTHER_CODE,
    SPA,
    claimed,
    code,
    delivered,
    moved,
    offered,
)


def released() -> Event:
    return DeviceReleased(company=PARTNER, project=PROJECT, serial=SERIAL)


def downloaded(issue: int = 2) -> Event:
    """The same by staff."""
    said = delivered(issue).model_dump(exclude={"path"})
    return LicenseFileDownloaded(**said, **STAFF)


def deallocated(left: int, *, issue: int = 3, **counts: int) -> Event:
    device = Box(issue=issue, holdings={"Port11": left, "PRI": 4}).licenses()
    return LicensesDeallocated(company=PARTNER, lots=lots(counts), device=device)


def claimed_away(*, issue: int = 2, **said: object) -> Event:
    """The device, from the spa into the default project."""
    event = DeviceClaimed(
        company=PARTNER,
        code_digest=CODE,
        device=Box(NEW, issue=issue).licenses(),
        former_company=PARTNER,
        former_project=SPA,
    )
    return event.model_copy(update=said)


def claimed_on() -> Event:
    """The device, from the default project, into which it claimed itself, into the spa."""
    device = Box(NEW, issue=2).licenses(SPA)
    return DeviceClaimed(
        company=PARTNER, code_digest=OTHER_CODE, device=device, former_company=PARTNER, former_project=PROJECT
    )


def typed() -> Event:
    """Somebody added the serial to the spa."""
    return DeviceAdded(company=PARTNER, device=Box(NEW).licenses(SPA))


def fetched(path: str) -> Event:
    event = delivered(issue=1, serial=NEW, project=SPA)
    return event.model_copy(update={"path": path})


def units(source: str, target: str, **counts: int) -> Event:
    return LicensesMoved(company=PARTNER, source=source, target=target, lots=lots(counts))


STAFF: dict[str, Any] = {"reason": "sold", "reference": "CASE-1"}
HOLDS: list[list[Event]] = [
    [moved(SPA)],
    [moved(BUYERS, BUYER, **STAFF)],
    [deallocated(15, Port11=5)],
    [delivered()],
    [units(PROJECT, SPA, Port11=30)],
    [code(), claimed()],
    [code(), typed(), claimed_away()],
    [code(), typed(), fetched("manual"), claimed_away()],
    [code(), typed(), fetched("direct"), claimed_away()],
    [ProjectArchived(company=PARTNER, project=SPA, project_name="Spa")],
]
BROKEN: list[tuple[str, list[Event]]] = [
    ("move_without_consent", [moved(BUYERS, BUYER)]),
    ("move_without_consent", [offered(VENDOR), moved(BUYERS, BUYER)]),
    ("device_not_empty", [offered(), moved(BUYERS, BUYER)]),
    ("device_not_empty", [released()]),
    ("device_project_wrong", [moved(SPA), moved(PROJECT, issue=4)]),
    ("company_wrong", [moved(BUYERS, PARTNER)]),
    ("company_wrong", [moved(SPA, former_company=BUYER)]),
    ("device_issue_wrong", [moved(SPA, issue=4)]),
    ("licenses_delivered", [delivered(), deallocated(15, Port11=5)]),
    ("licenses_delivered", [downloaded(), deallocated(15, Port11=5)]),
    ("delivery_wrong", [downloaded(issue=1)]),
    ("licenses_delivered", [deallocated(20, PRI=1)]),
    ("licenses_delivered", [deallocated(20, Port11=21)]),
    ("device_licenses_wrong", [deallocated(16, Port11=5)]),
    ("delivery_wrong", [delivered(issue=1)]),
    ("delivery_wrong", [delivered(generation=2)]),
    ("account_negative", [units(PROJECT, SPA, Port11=31)]),
    ("company_wrong", [units(PROJECT, BUYERS, Port11=1)]),
    ("claim_code_wrong", [claimed()]),
    ("claim_code_wrong", [code(), claimed(), claimed("009033010298")]),
    ("claim_code_wrong", [code(SPA), claimed()]),
    ("claim_code_wrong", [code(), code()]),
    (
        "claim_code_wrong",
        [code(), ClaimCodeWithdrawn(company=PARTNER, project=PROJECT, code_digest=CODE), claimed()],
    ),
    ("device_added_once", [code(), claimed(SERIAL)]),
    ("device_in_contact", [code(), claimed(), code(SPA, OTHER_CODE), claimed_on()]),
    ("device_project_wrong", [code(), typed(), claimed_away(former_project=PROJECT)]),
    ("company_wrong", [code(), typed(), claimed_away(former_company=BUYER)]),
    ("device_issue_wrong", [code(), typed(), claimed_away(issue=1)]),
    (
        "device_not_empty",
        [
            code(),
            typed(),
            units(PROJECT, SPA, Port11=1),
            LicensesAllocated(
                company=PARTNER,
                lots=lots({"Port11": 1}),
                device=Box(NEW, issue=2, holdings={"Port11": 1}).licenses(SPA),
            ),
            claimed_away(issue=3, device=Box(NEW, issue=3, holdings={"Port11": 1}).licenses()),
        ],
    ),
    ("project_archived", [ProjectArchived(company=PARTNER, project=PROJECT, project_name="DEFAULT")]),
    ("project_archived", [ProjectArchived(company=PARTNER, project=SPA, project_name="Spa"), moved(SPA)]),
]


def _books() -> Callable[[Event], object]:
    """Books of a partner with 30 ports free and a device with 20 ports and 4 PRI, and of a buyer."""
    story = Story().begin({"Port11": 50, "PRI": 4}).add_device().allocate({"Port11": 20, "PRI": 4})
    story.add(ProjectCreated(company=PARTNER, project=SPA, project_name="Spa"))
    story.add(CompanyRegistered(company=BUYER, kind="reseller", administrator=ACCOUNT, default_project=BUYERS))
    books = VerifiedLedger()
    for value in story.values:
        post(books, decode_entry(value).data)
    return partial(post, books)


@pytest.mark.parametrize("events", HOLDS)
def test_what_keeps_the_laws_is_taken(events: list[Event]) -> None:
    take = _books()
    for event in events:
        take(event)


@pytest.mark.parametrize(("law", "events"), BROKEN)
def test_an_event_that_breaks_a_law_of_moves_is_not_taken(law: str, events: list[Event]) -> None:
    take = _books()
    for event in events[:-1]:
        take(event)
    with pytest.raises(LawBrokenError) as caught:
        take(events[-1])
    assert caught.value.law == law
