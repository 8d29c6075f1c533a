"""The ledger itself, companies and projects."""

from datetime import datetime
from typing import assert_never

from immutables import Map

from contracts.actors import Account, Actor, Operator
from contracts.catalog import described
from contracts.commands.companies import CompanyCommand, CreateProject, FoundLedger, RegisterCompany
from contracts.events.companies import CompanyEvent, CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.fields import MAX_IMPORTED_PROJECTS, CompanyKind
from contracts.identifiers import default_project_of
from contracts.names import comparable_name
from ledger.domain.catalog import refuse_definitions
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import is_staff, refuse_company
from ledger.domain.state import Company, Ledger, Project

Names = Map[tuple[str, str], str]
"""Projects by their company and comparable name."""

DEFAULT_PROJECT_NAME = "DEFAULT"
COUNTED_PROJECTS = MAX_IMPORTED_PROJECTS + 1
"""How many of a company's projects are listed: beyond it, only whether there are too many matters."""


def decide(ledger: Ledger, command: CompanyCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case FoundLedger():
            return found_ledger(ledger, command, actor)
        case RegisterCompany():
            return register_company(ledger, command, actor)
        case CreateProject():
            return create_project(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: CompanyEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case LedgerFounded():
            catalog = Map({d.license_type: d.license_class for d in event.catalog})
            facts = Map({d.license_type: described(d) for d in event.catalog})
            founded = ledger._replace(vendor=event.vendor, catalog=catalog, facts=facts)
            return _with_company(founded, event.vendor, "vendor", event.administrator, event.default_project)
        case CompanyRegistered():
            return _with_company(ledger, event.company, event.kind, event.administrator, event.default_project)
        case ProjectCreated():
            return _with_project(ledger, event.company, event.project, event.project_name)
        case _:
            assert_never(event)


def found_ledger(ledger: Ledger, command: FoundLedger, actor: Actor) -> LedgerFounded | Rejection:
    """An operator founds the ledger, once."""
    if not isinstance(actor, Operator):
        return Rejection("no_right")
    if ledger.vendor is not None:
        return Rejection("ledger_already_founded")
    names = {definition.license_type for definition in command.catalog}
    if len(names) != len(command.catalog):
        return Rejection("license_type_repeated")
    if refused := refuse_definitions(command.catalog):
        return refused
    return LedgerFounded(
        vendor=command.vendor,
        administrator=command.administrator,
        default_project=default_project_of(command.vendor),
        catalog=command.catalog,
    )


def register_company(ledger: Ledger, command: RegisterCompany, actor: Actor) -> CompanyRegistered | Rejection:
    """The vendor's staff registers any company; anybody registers an end customer of their own."""
    if not is_staff(ledger, actor) and not _registers_itself(command, actor):
        return Rejection("no_right")
    if command.kind == "vendor":
        return Rejection("no_right")
    if command.company in ledger.companies:
        return Rejection("company_exists")
    default_project = default_project_of(command.company)
    if default_project in ledger.projects:  # somebody computed the id and opened a project under it
        return Rejection("project_exists")
    return CompanyRegistered(
        company=command.company,
        kind=command.kind,
        administrator=command.administrator,
        default_project=default_project,
    )


def _registers_itself(command: RegisterCompany, actor: Actor) -> bool:
    return (
        isinstance(actor, Account)
        and command.kind == "end_customer"
        and actor.company == command.company
        and actor.account == command.administrator
    )


def create_project(ledger: Ledger, command: CreateProject, actor: Actor) -> ProjectCreated | Rejection:
    """A company's administrator opens a project under a name that the company does not use yet."""
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    if command.project in ledger.projects:
        return Rejection("project_exists")
    if (command.company, comparable_name(command.project_name)) in ledger.project_names:
        return Rejection("project_name_taken", {"project_name": command.project_name})
    return ProjectCreated(company=command.company, project=command.project, project_name=command.project_name)


def without_name(names: Names, company: str, name: str, project: str) -> Names:
    """The names without a project's; one that another project has stays (an older rule allowed two so alike)."""
    place = company, comparable_name(name)
    return names.delete(place) if names.get(place) == project else names


def _with_project(ledger: Ledger, company: str, project: str, name: str) -> Ledger:
    return ledger._replace(
        projects=ledger.projects.set(project, Project(company, name)),
        project_names=ledger.project_names.set((company, comparable_name(name)), project),
        cold=ledger.cold.with_projects(company, (project,), most=COUNTED_PROJECTS),
    )


def _with_company(ledger: Ledger, company: str, kind: CompanyKind, administrator: str, project: str) -> Ledger:
    known = Company(kind, frozenset({administrator}))
    grown = ledger._replace(companies=ledger.companies.set(company, known))
    return _with_project(grown, company, project, DEFAULT_PROJECT_NAME)
