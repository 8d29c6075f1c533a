"""Members of companies, and their rights in projects (rules section 9)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never, get_args

from immutables import Map

from contracts.actors import Actor
from contracts.commands.members import AddMember, GrantRights, MemberCommand, RemoveMember, RevokeRights
from contracts.events.members import MemberAdded, MemberEvent, MemberRemoved, RightsGranted, RightsRevoked
from contracts.fields import Right
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import NO_RIGHTS, refuse_company, refuse_project, rights_in
from ledger.domain.state import Company, Ledger, Rights

MAX_MEMBERS = 1000
"""Of one company: each change of a company copies its set of members."""
MAX_GRANTS = 1000
"""Projects in which one account has rights for one company: a query of its lists names them all."""
VIEW: Right = "view"


def decide(ledger: Ledger, command: MemberCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case AddMember():
            return add_member(ledger, command, actor)
        case RemoveMember():
            return remove_member(ledger, command, actor)
        case GrantRights():
            return grant_rights(ledger, command, actor)
        case RevokeRights():
            return revoke_rights(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: MemberEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case MemberAdded():
            company = with_member(ledger.companies[event.company], event.account, administrator=event.administrator)
            return ledger._replace(companies=ledger.companies.set(event.company, company))
        case MemberRemoved():
            company = _without_member(ledger.companies[event.company], event.account)
            person = (event.account, event.company)
            grants = ledger.grants.delete(person) if person in ledger.grants else ledger.grants
            return ledger._replace(companies=ledger.companies.set(event.company, company), grants=grants)
        case RightsGranted() | RightsRevoked():
            return _with_rights(ledger, event)
        case _:
            assert_never(event)


def add_member(ledger: Ledger, command: AddMember, actor: Actor) -> MemberAdded | Rejection:
    """An administrator adds an account, or gives a member the other role; one administrator must stay (rule X3)."""
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    company = ledger.companies[command.company]
    is_administrator = command.account in company.administrators
    if (is_administrator and command.administrator) or (
        command.account in company.members and not command.administrator
    ):
        return Rejection("member_exists")
    if is_administrator and len(company.administrators) == 1:
        return Rejection("last_admin")
    if not _is_in(company, command.account) and len(company.administrators | company.members) >= MAX_MEMBERS:
        return Rejection("too_many_members", {"limit": MAX_MEMBERS})
    return MemberAdded(company=command.company, account=command.account, administrator=command.administrator)


def remove_member(ledger: Ledger, command: RemoveMember, actor: Actor) -> MemberRemoved | Rejection:
    """An administrator ends a membership, their own too; one administrator must stay (rule X3)."""
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    company = ledger.companies[command.company]
    if not _is_in(company, command.account):
        return Rejection("member_unknown")
    if company.administrators == frozenset({command.account}):
        return Rejection("last_admin")
    return MemberRemoved(company=command.company, account=command.account)


def grant_rights(ledger: Ledger, command: GrantRights, actor: Actor) -> RightsGranted | Rejection:
    """Holders of `rights` in a project grant what they have, also to members of other companies (rules X2, X3)."""
    if refused := refuse_project(ledger, actor, command.project, "rights"):
        return refused
    acting_for = ledger.companies.get(command.acting_for)
    if acting_for is None or not _is_in(acting_for, command.account):
        return Rejection("member_unknown")
    if refused := _refuse_rights(ledger, actor, command.project, frozenset(command.rights)):
        return refused
    before = _rights_of(ledger, command)
    granted: Rights = frozenset((VIEW, *command.rights)) - before
    if not granted:
        return Rejection("nothing_to_change")
    if not before and len(ledger.grants.get((command.account, command.acting_for), ())) >= MAX_GRANTS:
        return Rejection("too_many_grants", {"limit": MAX_GRANTS})
    return RightsGranted(
        company=ledger.projects[command.project].company,
        project=command.project,
        account=command.account,
        acting_for=command.acting_for,
        granted=in_order(granted),
        rights=in_order(before | granted),
    )


def revoke_rights(ledger: Ledger, command: RevokeRights, actor: Actor) -> RightsRevoked | Rejection:
    """Holders of `rights` revoke what they have themselves; revoking `view` revokes all others."""
    if refused := refuse_project(ledger, actor, command.project, "rights"):
        return refused
    before = _rights_of(ledger, command)
    revoked = before if VIEW in command.rights else before & frozenset(command.rights)
    if not revoked:
        return Rejection("nothing_to_change")
    if refused := _refuse_rights(ledger, actor, command.project, revoked):
        return refused
    return RightsRevoked(
        company=ledger.projects[command.project].company,
        project=command.project,
        account=command.account,
        acting_for=command.acting_for,
        revoked=in_order(revoked),
        rights=in_order(before - revoked),
    )


def in_order(rights: Iterable[Right]) -> tuple[Right, ...]:
    """Rights as events and answers list them."""
    wanted = frozenset(rights)
    known: tuple[Right, ...] = get_args(Right)
    return tuple(right for right in known if right in wanted)


def _refuse_rights(ledger: Ledger, actor: Actor, project: str, rights: Rights) -> Rejection | None:
    missing = in_order(rights - rights_in(ledger, actor, project))
    return Rejection("right_not_held", {"right": missing[0]}) if missing else None


def _rights_of(ledger: Ledger, command: GrantRights | RevokeRights) -> Rights:
    granted = ledger.grants.get((command.account, command.acting_for))
    return NO_RIGHTS if granted is None else granted.get(command.project, NO_RIGHTS)


def _with_rights(ledger: Ledger, event: RightsGranted | RightsRevoked) -> Ledger:
    person = (event.account, event.acting_for)
    projects = ledger.grants.get(person, Map[str, Rights]())
    projects = projects.set(event.project, frozenset(event.rights)) if event.rights else projects.delete(event.project)
    return ledger._replace(grants=ledger.grants.set(person, projects) if projects else ledger.grants.delete(person))


def _is_in(company: Company, account: str) -> bool:
    return account in company.administrators or account in company.members


def with_member(company: Company, account: str, *, administrator: bool) -> Company:
    """The company with this account in it, in one role."""
    others = _without_member(company, account)
    if administrator:
        return replace(others, administrators=others.administrators | {account})
    return replace(others, members=others.members | {account})


def _without_member(company: Company, account: str) -> Company:
    return replace(company, administrators=company.administrators - {account}, members=company.members - {account})
