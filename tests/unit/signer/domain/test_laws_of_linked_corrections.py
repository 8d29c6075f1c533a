"""The laws of linked corrections, each broken once."""

from collections.abc import Iterable

import pytest

from contracts.accounts import device_account, project_account
from contracts.events import Event
from contracts.events.companies import CompanyRegistered
from contracts.events.company_imports import CompanyImported, CompanyOffered, ImportedProject
from contracts.events.corrections import (
    AppliedLine,
    CorrectionApplied,
    CorrectionRejected,
    LinkedCorrectionsApplied,
    LinkedCorrectionsProposed,
    ProposedLine,
)
from contracts.identifiers import derived_id
from contracts.licenses import Lot
from contracts.log.entries import decode_entry
from signer.domain.laws import LawBrokenError
from signer.domain.verification.event_table import post
from signer.domain.verification.state import Changed, VerifiedLedger
from tests.support.signer.story import ACCOUNT, PARTNER, PROJECT, SERIAL, VENDOR, Box, Story, lots

SECOND, CORRECTION = derived_id("second", "account"), derived_id("c", "correction")
OTHERS, OTHERS_PROJECT = derived_id("others", "company"), derived_id("others", "project")
PLACE, THEIRS, ON_DEVICE = project_account(PROJECT), project_account(OTHERS_PROJECT), device_account(SERIAL)

Line = tuple[str, str, str, dict[str, int]]
TAKEN: Line = (PARTNER, PLACE, "retired", {"Port11": 5})
GIVEN: Line = (OTHERS, "issuance", THEIRS, {"Port11": 5})
EXCHANGED: tuple[Line, ...] = (
    (PARTNER, ON_DEVICE, "retired", {"PRI": 4}),
    (PARTNER, "issuance", ON_DEVICE, {"Channel": 4}),
    (PARTNER, PLACE, ON_DEVICE, {"Port11": 1}),
)
AFTER = Box(issue=3, holdings={"Port11": 21, "Channel": 4}).licenses()


def _begun() -> list[Event]:
    """20 ports and 4 interfaces on the partner's device, 30 ports free; another company with nothing."""
    story = Story().begin({"Port11": 50, "PRI": 4}).add_device().allocate({"Port11": 20, "PRI": 4})
    others = CompanyRegistered(company=OTHERS, kind="reseller", administrator=ACCOUNT, default_project=OTHERS_PROJECT)
    return [*(decode_entry(value).data for value in story.values), others]


def _proposed(*lines: Line, company: str = VENDOR) -> LinkedCorrectionsProposed:
    return LinkedCorrectionsProposed(
        correction=CORRECTION,
        company=company,
        lines=tuple(ProposedLine(source=source, target=target, lots=lots(units)) for _, source, target, units in lines),
        reason="A mistake",
        reference="CASE-1",
        proposed_by=ACCOUNT,
    )


def _applied(*lines: Line, company: str = VENDOR, **changes: object) -> LinkedCorrectionsApplied:
    event = LinkedCorrectionsApplied(
        correction=CORRECTION,
        company=company,
        lines=tuple(
            AppliedLine(company=whose, source=source, target=target, lots=lots(units))
            for whose, source, target, units in lines
        ),
        proposed_by=ACCOUNT,
        approved_by=SECOND,
    )
    return event.model_copy(update=changes)


def _posted(events: Iterable[Event]) -> tuple[VerifiedLedger, Changed]:
    ledger, changed = VerifiedLedger(), Changed()
    for event in events:
        changed = post(ledger, event)
    return ledger, changed


def _broken_by(*events: Event) -> str:
    ledger, _ = _posted([*_begun(), *events[:-1]])
    with pytest.raises(LawBrokenError) as broken:
        post(ledger, events[-1])
    return broken.value.law


def test_all_lines_of_two_companies_are_posted_and_no_file_is_made() -> None:
    ledger, changed = _posted([*_begun(), _proposed(TAKEN, GIVEN), _applied(TAKEN, GIVEN)])
    assert changed == ()
    assert ledger.balance(PLACE) == {"Port11": 25}
    assert ledger.balance(THEIRS) == {"Port11": 5}


def test_lines_with_a_device_make_its_next_file() -> None:
    events = _proposed(*EXCHANGED, company=PARTNER), _applied(*EXCHANGED, company=PARTNER, device=AFTER)
    assert _posted([*_begun(), *events])[1] == (AFTER,)


@pytest.mark.parametrize(
    ("law", "event"),
    [
        ("correction_alone", _applied(TAKEN, GIVEN, approved_by=ACCOUNT)),
        ("correction_alone", _applied(TAKEN, GIVEN, proposed_by=SECOND)),
        ("correction_changed", _applied(TAKEN, (*GIVEN[:3], {"Port11": 6}))),
        ("correction_changed", _applied(GIVEN, TAKEN)),
        ("correction_changed", _applied(TAKEN, TAKEN)),
        ("correction_changed", _applied(TAKEN, GIVEN, GIVEN)),
        ("correction_changed", _applied(TAKEN, GIVEN, company=PARTNER)),
        ("company_wrong", _applied(TAKEN, (PARTNER, *GIVEN[1:]))),
        ("correction_device_wrong", _applied(TAKEN, GIVEN, device=AFTER)),
        ("correction_twice", _proposed(TAKEN, GIVEN)),
    ],
)
def test_linked_corrections_are_what_was_proposed_by_two_persons(law: str, event: Event) -> None:
    assert _broken_by(_proposed(TAKEN, GIVEN), event) == law


def test_half_of_linked_corrections_is_not_carried_out_as_a_single_one() -> None:
    half = CorrectionApplied(
        correction=CORRECTION,
        company=PARTNER,
        source=PLACE,
        target="retired",
        lots=lots({"Port11": 5}),
        proposed_by=ACCOUNT,
        approved_by=SECOND,
    )
    assert _broken_by(_proposed(TAKEN, GIVEN), half) == "correction_changed"


def test_they_need_a_proposal_that_waits() -> None:
    assert _broken_by(_applied(TAKEN, GIVEN)) == "correction_unknown"
    rejected = CorrectionRejected(correction=CORRECTION, company=VENDOR, reason="No", rejected_by=SECOND)
    assert _broken_by(_proposed(TAKEN, GIVEN), rejected, _applied(TAKEN, GIVEN)) == "correction_unknown"


def test_all_lines_together_take_no_more_than_is_there() -> None:
    lines = (PARTNER, PLACE, "retired", {"Port11": 20}), (PARTNER, PLACE, "retired", {"Port11": 11})
    assert _broken_by(_proposed(*lines, company=PARTNER), _applied(*lines, company=PARTNER)) == "account_negative"


@pytest.mark.parametrize(
    "lines",
    [(EXCHANGED[0], GIVEN), (EXCHANGED[0], (OTHERS, "issuance", ON_DEVICE, {"Channel": 4}))],
    ids=["a project of another company", "a line in another company's name"],
)
def test_the_file_of_a_device_tells_of_nobody_else(lines: tuple[Line, ...]) -> None:
    holdings = {"Port11": 20} | lines[1][3] if lines[1][2] == ON_DEVICE else {"Port11": 20}
    event = _applied(*lines, company=PARTNER, device=Box(issue=3, holdings=holdings).licenses())
    assert _broken_by(_proposed(*lines, company=PARTNER), event) == "correction_device_wrong"


def test_they_state_the_device_that_they_touch() -> None:
    proposed = _proposed(*EXCHANGED, company=PARTNER)
    assert _broken_by(proposed, _applied(*EXCHANGED, company=PARTNER)) == "correction_device_wrong"
    more = Box(issue=3, holdings={"Port11": 21, "Channel": 5}).licenses()
    assert _broken_by(proposed, _applied(*EXCHANGED, company=PARTNER, device=more)) == "device_licenses_wrong"


def test_their_types_are_of_the_catalog() -> None:
    unknown = Lot(license_type="Port7", license_class="pbx", count=5)
    proposed = _proposed(TAKEN, GIVEN)
    other = proposed.lines[1].model_copy(update={"lots": (unknown,)})
    law = _broken_by(proposed.model_copy(update={"lines": (proposed.lines[0], other)}))
    assert law == "license_type_unknown"


@pytest.mark.parametrize(("proposed_for", "applied_for"), [(OTHERS, PARTNER), (VENDOR, VENDOR)])
def test_what_waits_goes_over_with_a_company(proposed_for: str, applied_for: str) -> None:
    lines = GIVEN, (OTHERS, "issuance", THEIRS, {"PRI": 1})
    offered = CompanyOffered(company=OTHERS, offered_to=PARTNER)
    theirs = (ImportedProject(project=OTHERS_PROJECT, project_name="Bora"),)
    imported = CompanyImported(company=PARTNER, former_company=OTHERS, projects=theirs, members=())
    after = [(PARTNER, *line[1:]) for line in lines]
    waiting = _proposed(*lines, company=proposed_for), offered, imported
    ledger, _ = _posted([*_begun(), *waiting, _applied(*after, company=applied_for)])
    assert ledger.balance(THEIRS) == {"Port11": 5, "PRI": 1}
    assert _broken_by(*waiting, _applied(*lines, company=applied_for)) == "company_wrong"
