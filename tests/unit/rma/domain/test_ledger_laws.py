"""Entries that the view of the ledger does not believe."""

import pytest

from contracts.events import Event
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.devices import DeviceAdded
from contracts.events.members import RightsGranted
from contracts.events.replacements import DeviceReplaced
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.licenses import DEFAULT_CATALOG, DeviceLicenses
from contracts.log.stop import UnlawfulEntryError
from contracts.set_aside import NamedEntry
from rma.domain.following import follow
from rma.domain.ledger_laws import require_lawful
from rma.domain.ledger_view import Company, LedgerView
from tests.support.rma.story import ADRIA, ANNA, BEN, CLERK, HOTEL, NOON, SERIAL, SPARE, VENDOR, a_ledger

NOWHERE = "00000000-0000-4000-8000-0000000000ff"
DECISION = "00000000-0000-4000-8000-0000000000d1"
NAMED = (NamedEntry(sequence=9, entry_hash="ab" * 32),)


def device(serial: str, project: str = HOTEL) -> DeviceLicenses:
    return DeviceLicenses(serial=serial, project=project, generation=1, issue=1, licenses=())


def replaced(former: str = SERIAL, rma: str = "RMA-1-1") -> DeviceReplaced:
    return DeviceReplaced(company=ADRIA, rma=rma, reason="Burnt.", former=device(former), device=device(SPARE), lots=())


def proposed(by: str = CLERK) -> SettingAsideProposed:
    return SettingAsideProposed(
        decision=DECISION,
        company=VENDOR,
        entries=NAMED,
        law="account_negative",
        reason="Forged.",
        reference="INC-1",
        proposed_by=by,
    )


def approved(by: str = BEN, proposed_by: str = CLERK) -> EntriesSetAside:
    return EntriesSetAside(
        decision=DECISION,
        company=VENDOR,
        entries=NAMED,
        law="account_negative",
        proposed_by=proposed_by,
        approved_by=by,
    )


def with_two_clerks() -> LedgerView:
    """Ben is staff, too."""
    view = a_ledger()
    return view._replace(companies=view.companies.set(VENDOR, Company(frozenset({CLERK, BEN}))))


@pytest.mark.parametrize(
    ("event", "law"),
    [
        (
            LedgerFounded(vendor=ADRIA, administrator=ANNA, default_project=NOWHERE, catalog=DEFAULT_CATALOG),
            "ledger_founded_once",
        ),
        (
            CompanyRegistered(company=ADRIA, kind="reseller", administrator=BEN, default_project=NOWHERE),
            "company_registered_once",
        ),
        (ProjectCreated(company=NOWHERE, project=NOWHERE, project_name="x"), "company_unknown"),
        (ProjectCreated(company=ADRIA, project=HOTEL, project_name="x"), "project_opened_once"),
        (
            RightsGranted(
                company=ADRIA, project=NOWHERE, account=BEN, acting_for=ADRIA, rights=("rma",), granted=("rma",)
            ),
            "project_unknown",
        ),
        (DeviceAdded(company=ADRIA, device=device(SPARE, NOWHERE)), "project_unknown"),
        (replaced(former=SPARE), "device_unknown"),
        (proposed(by=ANNA), "set_aside_wrong"),
        (approved(), "set_aside_wrong"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_entry_that_would_make_the_view_guess_is_not_believed(event: Event, law: str) -> None:
    with pytest.raises(UnlawfulEntryError) as broken:
        require_lawful(with_two_clerks(), event)
    assert broken.value.law == law


def test_a_number_replaces_one_device() -> None:
    view = follow(a_ledger(), replaced(), at=NOON)
    view = follow(view, DeviceAdded(company=ADRIA, device=device(SERIAL)), at=NOON)
    with pytest.raises(UnlawfulEntryError, match="replaced a device before"):
        require_lawful(view, replaced())


@pytest.mark.parametrize("decision", [approved(by=CLERK), approved(by=ANNA), approved(by=CLERK, proposed_by=BEN)])
def test_entries_are_set_aside_by_two_of_the_staff_and_as_it_was_proposed(decision: EntriesSetAside) -> None:
    view = follow(with_two_clerks(), proposed(), at=NOON)
    require_lawful(view, approved())
    with pytest.raises(UnlawfulEntryError):
        require_lawful(view, decision)
    with pytest.raises(UnlawfulEntryError):
        require_lawful(follow(view, approved(), at=NOON), approved())
