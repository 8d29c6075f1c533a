"""How the view of the ledger follows its entries: most of them say nothing that a case needs.

A device is in several maps, here and in its case: the text of its serial is one for all of them.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from sys import intern
from typing import Any

from immutables import Map

from contracts.dates import civil_day
from contracts.events import Event
from contracts.events.blocks import CompanyBlocked, CompanyUnblocked, DeviceBlocked, DeviceUnblocked
from contracts.events.claims import DeviceClaimed
from contracts.events.companies import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.events.company_imports import CompanyImported
from contracts.events.corrections import DeliveryCorrected
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.device_moves import DeviceMoved, DeviceReleased
from contracts.events.devices import DeviceAdded
from contracts.events.members import MemberAdded, MemberRemoved, RightsGranted, RightsRevoked
from contracts.events.replacements import DeviceReplaced
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.events.warranty import WarrantyExtended
from contracts.fields import CompanyKind
from rma.domain.ledger_view import Company, Delivered, LedgerView, Rights, Swap


def follow(view: LedgerView, event: Event, *, at: datetime) -> LedgerView:
    """The view after the ledger's next entry, which was decided at this time."""
    view = view._replace(sequence=view.sequence + 1, on=civil_day(at))
    told = _TOLD.get(type(event))
    return view if told is None else told(view, event)


def _founded(view: LedgerView, event: LedgerFounded) -> LedgerView:
    founded = _with_company(view, event.vendor, event.administrator, event.default_project, "vendor")
    return founded._replace(vendor=event.vendor)


def _registered(view: LedgerView, event: CompanyRegistered) -> LedgerView:
    return _with_company(view, event.company, event.administrator, event.default_project, event.kind)


def _with_company(view: LedgerView, company: str, administrator: str, project: str, kind: CompanyKind) -> LedgerView:
    return view._replace(
        companies=view.companies.set(company, Company(frozenset({administrator}), kind=kind)),
        projects=view.projects.set(project, company),
    )


def _created(view: LedgerView, event: ProjectCreated) -> LedgerView:
    return view._replace(projects=view.projects.set(event.project, event.company))


def _joined(view: LedgerView, event: MemberAdded) -> LedgerView:
    known = view.companies[event.company]
    one = frozenset({event.account})
    after = (
        known._replace(administrators=known.administrators | one, members=known.members - one)
        if event.administrator
        else known._replace(administrators=known.administrators - one, members=known.members | one)
    )
    return view._replace(companies=view.companies.set(event.company, after))


def _left(view: LedgerView, event: MemberRemoved) -> LedgerView:
    known, one, person = view.companies[event.company], frozenset({event.account}), (event.account, event.company)
    without = known._replace(administrators=known.administrators - one, members=known.members - one)
    return view._replace(
        companies=view.companies.set(event.company, without),
        grants=view.grants.delete(person) if person in view.grants else view.grants,
    )


def _allowed(view: LedgerView, event: RightsGranted | RightsRevoked) -> LedgerView:
    person = (event.account, event.acting_for)
    granted = view.grants.get(person, Map[str, Rights]()).set(event.project, frozenset(event.rights))
    return view._replace(grants=view.grants.set(person, granted))


def _placed(view: LedgerView, event: DeviceAdded | DeviceMoved | DeviceClaimed) -> LedgerView:
    return view._replace(devices=view.devices.set(intern(event.device.serial), intern(event.device.project)))


def _released(view: LedgerView, event: DeviceReleased) -> LedgerView:
    return view._replace(devices=view.devices.delete(event.serial))


@lru_cache(10_000)
def _dates(on: date, months: int) -> Delivered:
    """One value for all devices that were delivered on a day: 100,000 of their own would take 10 MB."""
    return Delivered(on, months)


def _delivered(view: LedgerView, event: DevicesRegistered) -> LedgerView:
    dates = {intern(one.serial): _dates(one.delivered_on, one.warranty_months) for one in event.devices}
    return view._replace(delivered=view.delivered.update(dates))


def _dated(view: LedgerView, event: WarrantyExtended | DeliveryCorrected) -> LedgerView:
    return view._replace(delivered=view.delivered.set(event.serial, _dates(event.delivered_on, event.months)))


def _swapped(view: LedgerView, event: DeviceReplaced) -> LedgerView:
    """The replacement goes on with the broken device's warranty."""
    former, serial = intern(event.former.serial), intern(event.device.serial)
    dates = view.delivered.get(former)
    return view._replace(
        devices=view.devices.delete(former).set(serial, event.device.project),
        delivered=view.delivered if dates is None else view.delivered.delete(former).set(serial, dates),
        swaps=view.swaps.set(event.rma, Swap(former, serial, view.sequence, view.on)),
    )


def _imported(view: LedgerView, event: CompanyImported) -> LedgerView:
    """The former company keeps no member, and no right in its name."""
    known = view.companies[event.company]
    gone = {person for person in view.grants if person[1] == event.former_company}
    joined = known._replace(members=known.members | (frozenset(event.members) - known.administrators))
    return view._replace(
        companies=view.companies.update({event.former_company: Company(), event.company: joined}),
        projects=view.projects.update({one.project: event.company for one in event.projects}),
        grants=Map({person: granted for person, granted in view.grants.items() if person not in gone}),
        closed=view.closed | {event.former_company},
    )


def _stopped(view: LedgerView, event: DeviceBlocked | CompanyBlocked) -> LedgerView:
    return view._replace(blocked=view.blocked | {event.subject})


def _let_go(view: LedgerView, event: DeviceUnblocked | CompanyUnblocked) -> LedgerView:
    return view._replace(blocked=view.blocked - {event.subject})


def _proposed(view: LedgerView, event: SettingAsideProposed) -> LedgerView:
    return view._replace(set_asides=view.set_asides.set(event.decision, event))


def _set_aside(view: LedgerView, event: EntriesSetAside) -> LedgerView:
    return view._replace(set_asides=view.set_asides.set(event.decision, None))


_TOLD: Mapping[type[Event], Callable[[LedgerView, Any], LedgerView]] = {
    LedgerFounded: _founded,
    CompanyRegistered: _registered,
    ProjectCreated: _created,
    MemberAdded: _joined,
    MemberRemoved: _left,
    RightsGranted: _allowed,
    RightsRevoked: _allowed,
    DeviceAdded: _placed,
    DeviceMoved: _placed,
    DeviceClaimed: _placed,
    DeviceReleased: _released,
    DevicesRegistered: _delivered,
    WarrantyExtended: _dated,
    DeliveryCorrected: _dated,
    DeviceReplaced: _swapped,
    CompanyImported: _imported,
    DeviceBlocked: _stopped,
    DeviceUnblocked: _let_go,
    CompanyBlocked: _stopped,
    CompanyUnblocked: _let_go,
    SettingAsideProposed: _proposed,
    EntriesSetAside: _set_aside,
}
"""Entries that tell something; a right, a place or a date comes from nowhere else."""
