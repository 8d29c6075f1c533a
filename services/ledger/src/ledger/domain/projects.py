"""Projects renamed and archived, and licenses that go between projects or back from a device (rules R5 and X4)."""

from datetime import datetime
from typing import assert_never

from contracts.accounts import project_account
from contracts.actors import Actor
from contracts.commands.projects import ArchiveProject, DeallocateLicenses, MoveLicenses, ProjectCommand, RenameProject
from contracts.dates import civil_day
from contracts.events.projects import LicensesDeallocated, LicensesMoved, ProjectArchived, ProjectEvent, ProjectRenamed
from contracts.licenses import MAX_HELD
from contracts.names import comparable_name
from ledger.domain.activation_keys import asked_for
from ledger.domain.companies import without_name
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.devices import refuse_elsewhere
from ledger.domain.returns import RETURNABLE
from ledger.domain.rights import absent, refuse_project, refuse_project_administration
from ledger.domain.software_service import coverage, covered, unheld
from ledger.domain.state import NOTHING, Device, Holdings, Ledger, Project, holdings_of, minus, plus


def decide(ledger: Ledger, command: ProjectCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case MoveLicenses():
            return move_licenses(ledger, command, actor, now)
        case DeallocateLicenses():
            return deallocate_licenses(ledger, command, actor)
        case RenameProject():
            return rename_project(ledger, command, actor)
        case ArchiveProject():
            return archive_project(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: ProjectEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LicensesMoved():
            units = holdings_of(event.lots)
            left = unheld(ledger, event.source, units) if event.held else _debited(ledger, event.source, units)
            arrived = left._replace(projects=left.credited(event.target, units))
            return covered(arrived, event.target, event.coverage)
        case LicensesDeallocated():
            device = event.device
            return ledger._replace(
                projects=ledger.given_back(device.project, holdings_of(event.lots)),
                devices=ledger.devices.set(device.serial, ledger.devices[device.serial].changed(device)),
            )
        case ProjectRenamed():
            freed = _without_name(ledger, event.company, event.former_name, event.project)
            renamed = ledger.projects[event.project]._replace(name=event.project_name)
            return freed._replace(
                projects=ledger.projects.set(event.project, renamed),
                project_names=freed.project_names.set(
                    (event.company, comparable_name(event.project_name)), event.project
                ),
            )
        case ProjectArchived():
            archived = ledger.projects[event.project]._replace(archived=True)
            freed = _without_name(ledger, event.company, event.project_name, event.project)
            return freed._replace(projects=ledger.projects.set(event.project, archived))
        case _:
            assert_never(event)


def _debited(ledger: Ledger, project: str, units: Holdings) -> Ledger:
    return ledger._replace(projects=ledger.debited(project, units))


def _without_name(ledger: Ledger, company: str, name: str, project: str) -> Ledger:
    return ledger._replace(project_names=without_name(ledger.project_names, company, name, project))


def rename_project(ledger: Ledger, command: RenameProject, actor: Actor) -> ProjectRenamed | Rejection:
    """A company's administrator gives a project a name that no other project of the company has."""
    if refused := refuse_project_administration(ledger, actor, command.project):
        return refused
    project = ledger.projects[command.project]
    holder = ledger.project_names.get((project.company, comparable_name(command.project_name)))
    if holder not in (None, command.project) or command.project_name == project.name:
        return Rejection("project_name_taken", {"project_name": command.project_name})
    return ProjectRenamed(
        company=project.company,
        project=command.project,
        former_name=project.name,
        project_name=command.project_name,
    )


def archive_project(ledger: Ledger, command: ArchiveProject, actor: Actor) -> ProjectArchived | Rejection:
    """A company's administrator closes a project that has neither devices nor free licenses."""
    if refused := refuse_project_administration(ledger, actor, command.project):
        return refused
    project = ledger.projects[command.project]
    held = ledger.held.get(command.project, NOTHING)
    old = ledger.cold.legacy.get(project_account(command.project))
    if project.devices or project.free or held or old:
        there = {"devices": project.devices, "free": sum(project.free.values()), "held": sum(held.values())}
        return Rejection("project_not_empty", {**there, "legacy_licenses": sum(old.licenses.values()) if old else 0})
    return ProjectArchived(company=project.company, project=command.project, project_name=project.name)


def move_licenses(ledger: Ledger, command: MoveLicenses, actor: Actor, now: datetime) -> LicensesMoved | Rejection:
    """Licenses go to another project of the company; it takes `licenses` in both (rules X4 and D6).

    Held ones, too: there they are paid, wait again, or are free because no service runs.
    """
    for project in (command.source, command.target):
        if refused := refuse_project(ledger, actor, project, "licenses"):
            return refused
    if command.source == command.target:
        return Rejection("same_project")
    source, target = ledger.projects[command.source], ledger.projects[command.target]
    if source.company != target.company:
        return Rejection("not_same_company")
    wanted = asked_for(ledger, command.licenses)
    if isinstance(wanted, Rejection):
        return wanted
    there = ledger.held.get(command.source, NOTHING) if command.held else source.free
    if refused := _refuse_move(there, target, wanted):
        return refused
    return LicensesMoved(
        company=source.company,
        source=command.source,
        target=command.target,
        lots=ledger.lots(wanted),
        held=command.held or None,
        coverage=coverage(ledger, command.target, wanted, civil_day(now)),
    )


def _refuse_move(there: Holdings, target: Project, wanted: Holdings) -> Rejection | None:
    for name, count in wanted.items():
        free = there.get(name, 0)
        if count > free:
            return Rejection("insufficient_balance", {"license_type": name, "wanted": count, "free": free})
    return _refuse_credit(target, wanted)


def deallocate_licenses(ledger: Ledger, command: DeallocateLicenses, actor: Actor) -> LicensesDeallocated | Rejection:
    """PBX licenses come back until a license file with them has left; then only a return frees them (rule R5)."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    if refused := refuse_elsewhere(ledger, actor, device, command.project):
        return refused
    wanted = asked_for(ledger, command.licenses)
    if isinstance(wanted, Rejection):
        return wanted
    project = ledger.projects[command.project]
    if refused := _refuse_deallocation(ledger, device, wanted) or _refuse_credit(project, wanted):
        return refused
    after = device._replace(issue=device.issue + 1, holdings=minus(device.holdings, wanted))
    return LicensesDeallocated(
        company=project.company, lots=ledger.lots(wanted), device=ledger.device_licenses(command.serial, after)
    )


def _refuse_deallocation(ledger: Ledger, device: Device, wanted: Holdings) -> Rejection | None:
    for name, count in wanted.items():
        license_class = ledger.catalog[name]
        if license_class not in RETURNABLE:
            return Rejection("class_not_returnable", {"license_type": name, "license_class": license_class})
        held = device.holdings.get(name, 0)
        if count > held:
            return Rejection("insufficient_on_device", {"license_type": name, "wanted": count, "balance": held})
        undelivered = held - device.bound.get(name, 0)
        if count > undelivered:
            details: dict[str, str | int] = {"license_type": name, "undelivered": undelivered}
            return Rejection("already_delivered", details, (device.delivered_sequence,))
    return None


def _refuse_credit(project: Project, credited: Holdings) -> Rejection | None:
    for name, held in plus(project.free, credited).items():
        if held > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return None
