"""What each event changes. No rule is checked here: what is on the log has happened."""

from collections.abc import Callable
from typing import assert_never

from immutables import Map

from contracts.commands import CompanyKind
from contracts.events import (
    ActivationKeyIssued,
    ActivationKeyRedeemed,
    CompanyRegistered,
    DeviceAdded,
    Event,
    LedgerFounded,
    LicenseFileDelivered,
    LicensesAllocated,
    LicensesReturned,
    ProjectCreated,
)
from contracts.licenses import DeviceLicenses
from ledger.domain.companies import DEFAULT_PROJECT_NAME, comparable_name
from ledger.domain.state import (
    AcceptedReturn,
    Company,
    Device,
    Holdings,
    IssuedKey,
    Ledger,
    Project,
    RedeemedKey,
    holdings_of,
    minus,
    plus,
)


def evolve(ledger: Ledger, event: Event) -> Ledger:
    """The ledger after its next event."""
    sequence = ledger.sequence + 1
    match event:
        case LicensesAllocated():
            device = event.device
            known = ledger.devices[device.serial]
            return ledger._replace(
                sequence=sequence,
                projects=_with_free(ledger, device.project, minus, holdings_of(event.lots)),
                devices=ledger.devices.set(device.serial, _changed(known, device)),
            )
        case LicenseFileDelivered():
            known = ledger.devices[event.serial]
            delivered = known._replace(delivered=event.issue, delivered_sequence=sequence)
            return ledger._replace(sequence=sequence, devices=ledger.devices.set(event.serial, delivered))
        case LicensesReturned():
            device = event.device
            known = ledger.devices[device.serial]
            accepted = AcceptedReturn(event.document_digest, sequence)
            after = _changed(known, device)._replace(returns=(*known.returns, accepted))
            return ledger._replace(
                sequence=sequence,
                projects=_with_free(ledger, device.project, plus, holdings_of(event.lots)),
                devices=ledger.devices.set(device.serial, after),
            )
        case ActivationKeyIssued():
            issued = IssuedKey(holdings_of(event.lots))
            return ledger._replace(sequence=sequence, keys=ledger.keys.set(event.key_digest, issued))
        case ActivationKeyRedeemed():
            redeemed = RedeemedKey(event.company, event.project, sequence)
            return ledger._replace(
                sequence=sequence,
                projects=_with_free(ledger, event.project, plus, holdings_of(event.lots)),
                keys=ledger.keys.set(event.key_digest, redeemed),
            )
        case DeviceAdded():
            device = event.device
            added = Device(event.company, device.project, device.generation, device.issue, holdings_of(device.licenses))
            return ledger._replace(sequence=sequence, devices=ledger.devices.set(device.serial, added))
        case ProjectCreated():
            return _with_project(ledger._replace(sequence=sequence), event.company, event.project, event.project_name)
        case CompanyRegistered():
            return _with_company(
                ledger._replace(sequence=sequence),
                event.company,
                event.kind,
                event.administrator,
                event.default_project,
            )
        case LedgerFounded():
            catalog = Map({d.license_type: d.license_class for d in event.catalog})
            founded = ledger._replace(sequence=sequence, vendor=event.vendor, catalog=catalog)
            return _with_company(founded, event.vendor, "vendor", event.administrator, event.default_project)
        case _:
            assert_never(event)


def _changed(known: Device, device: DeviceLicenses) -> Device:
    return Device(
        company=known.company,
        project=device.project,
        generation=device.generation,
        issue=device.issue,
        holdings=holdings_of(device.licenses),
        delivered=known.delivered,
        delivered_sequence=known.delivered_sequence,
        returns=known.returns,
    )


def _with_free(
    ledger: Ledger, project: str, how: Callable[[Holdings, Holdings], Holdings], units: Holdings
) -> Map[str, Project]:
    known = ledger.projects[project]
    return ledger.projects.set(project, Project(known.company, how(known.free, units)))


def _with_project(ledger: Ledger, company: str, project: str, name: str) -> Ledger:
    return ledger._replace(
        projects=ledger.projects.set(project, Project(company, {})),
        project_names=ledger.project_names.set((company, comparable_name(name)), project),
    )


def _with_company(ledger: Ledger, company: str, kind: CompanyKind, administrator: str, project: str) -> Ledger:
    known = Company(kind, frozenset({administrator}))
    grown = ledger._replace(companies=ledger.companies.set(company, known))
    return _with_project(grown, company, project, DEFAULT_PROJECT_NAME)
