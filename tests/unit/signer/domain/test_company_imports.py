"""Each law of imports, broken once: consent of both sides, all projects, and closed for ever."""

from typing import Any

import pytest

from contracts.events import Event
from contracts.events.companies import CompanyRegistered, ProjectCreated
from contracts.events.company_imports import CompanyImported, CompanyOffered, CompanyOfferWithdrawn, ImportedProject
from contracts.events.corrections import CorrectionApplied, CorrectionProposed
from contracts.events.device_moves import DeviceMoved, DeviceOffered
from contracts.identifiers import default_project_of
from contracts.log.entries import decode_entry
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import VerifiedLedger
from tests.support.signer.story import ACCOUNT, PARTNER, PROJECT, SERIAL, VENDOR, Box, Story, lots

TAKER = "00000000-0000-4000-8000-00000000000c"
TAKERS = default_project_of(TAKER)
OTHER = "00000000-0000-4000-8000-00000000000d"
SPA = "00000000-0000-4000-8000-00000000000e"


def registered(company: str) -> Event:
    project = default_project_of(company)
    return CompanyRegistered(company=company, kind="reseller", administrator=ACCOUNT, default_project=project)


def offered(to: str = TAKER, company: str = PARTNER) -> Event:
    return CompanyOffered(company=company, offered_to=to)


def imported(*projects: str, company: str = TAKER, former: str = PARTNER) -> Event:
    moved = tuple(ImportedProject(project=one, project_name="DEFAULT (2)") for one in projects)
    return CompanyImported(former_company=former, company=company, projects=moved, members=(ACCOUNT,))


def books(*events: Event) -> VerifiedLedger:
    """The main story (a partner with 20 ports and 4 channels on a device), then two more companies."""
    story = Story().begin({"Port11": 50, "PRI": 4}).add_device().allocate({"Port11": 20, "PRI": 4})
    kept = VerifiedLedger()
    for event in (*(decode_entry(value).data for value in story.values), registered(TAKER), registered(OTHER), *events):
        post(kept, event)
    return kept


def broken(kept: VerifiedLedger, event: Event) -> str:
    with pytest.raises(LawBrokenError) as found:
        post(kept, event)
    return found.value.law


def test_an_offered_company_goes_over_with_all_its_projects() -> None:
    kept = books(offered(), imported(PROJECT))
    assert kept.projects[PROJECT] == TAKER


def test_no_company_goes_over_without_its_offer() -> None:
    assert broken(books(), imported(PROJECT)) == "import_without_consent"
    assert broken(books(offered(OTHER)), imported(PROJECT)) == "import_without_consent"
    taken_back = CompanyOfferWithdrawn(company=PARTNER, offered_to=TAKER)
    assert broken(books(offered(), taken_back), imported(PROJECT)) == "import_without_consent"


def test_an_import_takes_all_projects_and_no_others() -> None:
    spa = ProjectCreated(company=PARTNER, project=SPA, project_name="Spa")
    assert broken(books(offered(), spa), imported(PROJECT)) == "import_not_total"
    assert broken(books(offered()), imported(PROJECT, default_project_of(OTHER))) == "import_not_total"
    assert broken(books(offered()), imported()) == "import_not_total"


def test_nothing_is_opened_for_a_closed_company_or_comes_to_it() -> None:
    gone = (offered(), imported(PROJECT))
    assert broken(books(*gone), ProjectCreated(company=PARTNER, project=SPA, project_name="Spa")) == "company_closed"
    assert broken(books(*gone), offered(OTHER)) == "company_closed"
    assert broken(books(*gone), offered(PARTNER, OTHER)) == "company_closed"
    to_nobody = DeviceOffered(company=TAKER, project=PROJECT, serial=SERIAL, offered_to=PARTNER)
    assert broken(books(*gone), to_nobody) == "company_closed"


def test_an_offer_of_a_device_from_before_is_no_consent_any_more() -> None:
    given = DeviceOffered(company=PARTNER, project=PROJECT, serial=SERIAL, offered_to=OTHER)
    move = DeviceMoved(
        former_company=TAKER,
        former_project=PROJECT,
        company=OTHER,
        device=Box(issue=3, holdings={"Port11": 20, "PRI": 4}).licenses(default_project_of(OTHER)),
    )
    assert broken(books(given, offered(), imported(PROJECT)), move) == "move_without_consent"


def test_a_correction_that_waits_is_for_the_company_that_has_the_project_now() -> None:
    said: dict[str, Any] = {"correction": SPA, "source": "issuance", "target": f"project/{PROJECT}"}
    said["lots"] = lots({"Port11": 1})
    proposed = CorrectionProposed(company=PARTNER, reason="R", reference="C-1", proposed_by=ACCOUNT, **said)
    applied = CorrectionApplied(company=TAKER, proposed_by=ACCOUNT, approved_by=VENDOR, device=None, **said)
    kept = books(proposed, offered(), imported(PROJECT))
    before = kept.balance(f"project/{PROJECT}").get("Port11", 0)
    post(kept, applied)
    assert kept.balance(f"project/{PROJECT}")["Port11"] == before + 1
