"""Taking a company over that was made by accident: all that is its own moves, and it is closed (rule X9).

One side offers it and the other imports it, so that both consent.
Accounts of licenses are named after projects and devices, so no license moves: the projects change their company.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import count, islice
from typing import assert_never

from immutables import Map

from contracts.actors import Actor
from contracts.commands.company_imports import CompanyImportCommand, ImportCompany, OfferCompany, WithdrawCompanyOffer
from contracts.events.company_imports import (
    CompanyImported,
    CompanyImportEvent,
    CompanyOffered,
    CompanyOfferWithdrawn,
    ImportedProject,
)
from contracts.fields import MAX_IMPORTED_ACCOUNTS, MAX_IMPORTED_PROJECTS
from contracts.names import comparable_name
from ledger.domain.cold_state import ColdState, Imported, OpenInvitation, Proposal, SpentInvitation
from ledger.domain.companies import COUNTED_PROJECTS, without_name
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.members import MAX_MEMBERS, with_member
from ledger.domain.rights import administers, refuse_blocked_company, refuse_company
from ledger.domain.state import Company, Device, Ledger, OpenClaimCode, Person, Project, Rights, SpentClaimCode

MAX_NAME_CHARACTERS = 80
"""As ProjectName has it."""
MAX_IMPORTED_DEVICES = 10_000
"""Of a company that another one takes over: all are rewritten at once, here and in the rows of the read side."""


def decide(ledger: Ledger, command: CompanyImportCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case OfferCompany():
            return offer_company(ledger, command, actor)
        case WithdrawCompanyOffer():
            return withdraw_offer(ledger, command, actor)
        case ImportCompany():
            return import_company(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: CompanyImportEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case CompanyOffered():
            return _with_offers(ledger, ledger.cold.company_offers.set(event.company, event.offered_to))
        case CompanyOfferWithdrawn():
            return _with_offers(ledger, ledger.cold.company_offers.delete(event.company))
        case CompanyImported():
            return imported(ledger, event)
        case _:
            assert_never(event)


def offer_company(ledger: Ledger, command: OfferCompany, actor: Actor) -> CompanyOffered | Rejection:
    """One side's consent: its administrator offers a company to one other at a time.

    Whether the other is of the same kind, only its own administrator learns, at the import: it would reveal a stranger.
    """
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    if command.offered_to == command.company:
        return Rejection("same_company")
    if command.offered_to not in ledger.companies or command.offered_to in ledger.cold.imported:
        return Rejection("company_unknown")
    if command.company in ledger.cold.company_offers:
        return Rejection("company_offered", {"company": ledger.cold.company_offers[command.company]})
    return CompanyOffered(company=command.company, offered_to=command.offered_to)


def withdraw_offer(ledger: Ledger, command: WithdrawCompanyOffer, actor: Actor) -> CompanyOfferWithdrawn | Rejection:
    """An administrator of the offered company takes the offer back; one of the other declines it."""
    offered_to = ledger.cold.company_offers.get(command.company)
    if offered_to is not None and administers(ledger, actor, offered_to):
        return CompanyOfferWithdrawn(company=command.company, offered_to=offered_to)
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    if offered_to is None:
        return Rejection("company_offer_unknown")
    return CompanyOfferWithdrawn(company=command.company, offered_to=offered_to)


def import_company(ledger: Ledger, command: ImportCompany, actor: Actor) -> CompanyImported | AlreadyDone | Rejection:
    """The other side's consent: by an administrator of the company that the offer went to."""
    if refused := refuse_company(ledger, actor, command.into):
        return refused
    done = ledger.cold.imported.get(command.company)
    if done is not None and done.company == command.into:
        return AlreadyDone(done.sequence)
    if ledger.cold.company_offers.get(command.company) != command.into:
        return Rejection("company_offer_unknown")
    former, company = ledger.companies[command.company], ledger.companies[command.into]
    if former.kind != company.kind:
        return Rejection("company_kind_differs")
    if refused := refuse_blocked_company(ledger, command.company):
        return refused
    return _imported(ledger, command, former, company)


def _imported(ledger: Ledger, command: ImportCompany, former: Company, company: Company) -> CompanyImported | Rejection:
    projects = _projects_of(ledger, command.company)
    accounts, known = former.administrators | former.members, company.administrators | company.members
    if _is_too_big(projects, accounts):
        limits: dict[str, str | int] = {
            "projects": MAX_IMPORTED_PROJECTS,
            "accounts": MAX_IMPORTED_ACCOUNTS,
            "devices": MAX_IMPORTED_DEVICES,
        }
        return Rejection("import_too_big", limits)
    if len(accounts | known) > MAX_MEMBERS:
        return Rejection("too_many_members", {"limit": MAX_MEMBERS})
    return CompanyImported(
        former_company=command.company,
        company=command.into,
        projects=tuple(_named_apart(ledger, command.into, projects)),
        members=tuple(sorted(accounts - known)),
    )


def _projects_of(ledger: Ledger, company: str) -> list[tuple[str, Project]]:
    """All of a company's projects, or one more than may be imported; other companies' are not searched."""
    return [(identity, ledger.projects[identity]) for identity in ledger.cold.company_projects[company]]


def _is_too_big(projects: list[tuple[str, Project]], accounts: frozenset[str]) -> bool:
    return (
        len(projects) > MAX_IMPORTED_PROJECTS
        or len(accounts) > MAX_IMPORTED_ACCOUNTS
        or sum(one.devices for _, one in projects) > MAX_IMPORTED_DEVICES
    )


def _named_apart(ledger: Ledger, company: str, projects: list[tuple[str, Project]]) -> Iterable[ImportedProject]:
    """Projects in the order of their names and ids; one whose name is taken there gets a number behind it."""
    taken: set[str] = set()
    for identity, project in sorted(projects, key=lambda one: (one[1].name, one[0])):
        name = project.name
        if not project.archived:  # a closed one has released its name already
            name = next(name for name in _names(name) if _is_free(ledger, company, name, taken))
            taken.add(comparable_name(name))
        yield ImportedProject(project=identity, project_name=name)


def _names(name: str) -> Iterable[str]:
    """DEFAULT, DEFAULT (2), DEFAULT (3), and so on, none longer than a name may be."""
    yield name
    for number in count(2):
        behind = f" ({number})"
        yield name[: MAX_NAME_CHARACTERS - len(behind)].rstrip() + behind


def _is_free(ledger: Ledger, company: str, name: str, taken: set[str]) -> bool:
    comparable = comparable_name(name)
    return comparable not in taken and (company, comparable) not in ledger.project_names


def imported(ledger: Ledger, event: CompanyImported) -> Ledger:
    """The ledger after the import. It searches all devices for the company's: imports are rare, an index is not."""
    former = event.former_company
    moved = _with_projects(ledger, event)
    devices = _devices_of(ledger, event)
    offers = ledger.offers
    for serial, offered_to in ledger.offers.items():
        offers = offers.delete(serial) if offered_to == former or serial in devices else offers
    return moved._replace(
        companies=_with_members(ledger, event),
        devices=ledger.devices.update({serial: one._replace(company=event.company) for serial, one in devices.items()}),
        grants=_without_grants(ledger, former),
        offers=offers,
        claim_codes=_without_codes(ledger, {one.project for one in event.projects}),
        cold=_closed(ledger, event),
    )


def _with_offers(ledger: Ledger, offers: Map[str, str]) -> Ledger:
    return ledger._replace(cold=ledger.cold._replace(company_offers=offers))


def _devices_of(ledger: Ledger, event: CompanyImported) -> dict[str, Device]:
    """The company's devices; the search is skipped where there is none, and ends with the last."""
    there = sum(ledger.projects[one.project].devices for one in event.projects)
    if not there:
        return {}
    found = ((serial, one) for serial, one in ledger.devices.items() if one.company == event.former_company)
    return dict(islice(found, there))


def _with_projects(ledger: Ledger, event: CompanyImported) -> Ledger:
    projects, names = ledger.projects, ledger.project_names
    for one in event.projects:
        known = projects[one.project]
        projects = projects.set(one.project, known._replace(company=event.company, name=one.project_name))
        if not known.archived:
            names = without_name(names, known.company, known.name, one.project)
            names = names.set((event.company, comparable_name(one.project_name)), one.project)
    return ledger._replace(projects=projects, project_names=names)


def _with_members(ledger: Ledger, event: CompanyImported) -> Map[str, Company]:
    """The former company keeps no member: nobody can act for it."""
    former, company = ledger.companies[event.former_company], ledger.companies[event.company]
    for account in event.members:
        company = with_member(company, account, administrator=False)
    closed = Company(former.kind, administrators=frozenset())
    return ledger.companies.update({event.former_company: closed, event.company: company})


def _without_grants(ledger: Ledger, company: str) -> Map[Person, Map[str, Rights]]:
    grants = ledger.grants
    known = ledger.companies[company]
    for account in known.administrators | known.members:
        grants = grants.delete((account, company)) if (account, company) in grants else grants
    return grants


def _without_codes(ledger: Ledger, projects: set[str]) -> Map[str, OpenClaimCode | SpentClaimCode]:
    spent = SpentClaimCode(ledger.sequence)
    ended = {
        digest: spent
        for digest, code in ledger.claim_codes.items()
        if isinstance(code, OpenClaimCode) and code.project in projects
    }
    return ledger.claim_codes.update(ended)


def _closed(ledger: Ledger, event: CompanyImported) -> ColdState:
    """Its offers and invitations end; proposals and keys that wait pass to the company that has them now."""
    cold, former = ledger.cold, event.former_company
    spent = SpentInvitation(None, ledger.sequence)
    listed = cold.with_projects(event.company, cold.company_projects[former], most=COUNTED_PROJECTS)
    return listed._replace(
        company_projects=listed.company_projects.delete(former),
        imported=cold.imported.set(former, Imported(event.company, ledger.sequence)),
        company_offers=Map({one: to for one, to in cold.company_offers.items() if former not in (one, to)}),
        invitations=cold.invitations.update(
            {
                digest: spent
                for digest, invitation in cold.invitations.items()
                if isinstance(invitation, OpenInvitation) and invitation.company == former
            }
        ),
        corrections=cold.corrections.update(
            {
                correction: proposal.of(event.company)
                for correction, proposal in cold.corrections.items()
                if isinstance(proposal, Proposal) and proposal.company == former
            }
        ),
        legacy_listed=cold.legacy_listed.update(
            {digest: key.of(event.company) for digest, key in cold.legacy_listed.items() if key.company == former}
        ),
    )
