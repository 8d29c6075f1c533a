"""Founding, companies and projects."""

import unicodedata

from contracts.actors import Account, Actor, Operator
from contracts.commands import CreateProject, FoundLedger, RegisterCompany
from contracts.events import CompanyRegistered, LedgerFounded, ProjectCreated
from contracts.identifiers import default_project_of
from ledger.domain.decisions import Rejection
from ledger.domain.rights import is_staff, refuse_company
from ledger.domain.state import Ledger

DEFAULT_PROJECT_NAME = "DEFAULT"


def found_ledger(ledger: Ledger, command: FoundLedger, actor: Actor) -> LedgerFounded | Rejection:
    """Only an operator, and only once."""
    if not isinstance(actor, Operator):
        return Rejection("no_right")
    if ledger.vendor is not None:
        return Rejection("ledger_already_founded")
    names = {definition.license_type for definition in command.catalog}
    if len(names) != len(command.catalog):
        return Rejection("license_type_repeated")
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
    return CompanyRegistered(
        company=command.company,
        kind=command.kind,
        administrator=command.administrator,
        default_project=default_project_of(command.company),
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


def comparable_name(name: str) -> str:
    """Two names are the same if a person would read them as the same: case and composition do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
