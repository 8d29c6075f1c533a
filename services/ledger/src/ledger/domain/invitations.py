"""Joining a company as an account, by a one-time invitation (rule X9)."""

from datetime import datetime, timedelta
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.codes.invitation_code import VALID_DAYS
from contracts.commands.invitations import AcceptInvitation, CreateInvitation, InvitationCommand, WithdrawInvitation
from contracts.events.invitations import InvitationAccepted, InvitationCreated, InvitationEvent, InvitationWithdrawn
from ledger.domain.cold_state import OpenInvitation, SpentInvitation
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.members import MAX_MEMBERS, with_member
from ledger.domain.rights import refuse_blocked_company, refuse_company
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: InvitationCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case CreateInvitation():
            return create_invitation(ledger, command, actor, now)
        case WithdrawInvitation():
            return withdraw_invitation(ledger, command, actor)
        case AcceptInvitation():
            return accept_invitation(ledger, command, actor, now)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: InvitationEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case InvitationCreated():
            return _with(ledger, event.code_digest, OpenInvitation(event.company, event.expires, event.invited_by))
        case InvitationWithdrawn():
            return _with(ledger, event.code_digest, SpentInvitation(None, ledger.sequence))
        case InvitationAccepted():
            company = with_member(ledger.companies[event.company], event.account, administrator=False)
            joined = ledger._replace(companies=ledger.companies.set(event.company, company))
            return _with(joined, event.code_digest, SpentInvitation(event.account, ledger.sequence))
        case _:
            assert_never(event)


def create_invitation(
    ledger: Ledger, command: CreateInvitation, actor: Actor, now: datetime
) -> InvitationCreated | Rejection:
    """An administrator makes a code by which one account joins the company; it works for 14 days."""
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    if not isinstance(actor, Account):
        return Rejection("no_right")
    if command.code_digest in ledger.cold.invitations:
        return Rejection("invitation_exists")
    return InvitationCreated(
        company=command.company,
        code_digest=command.code_digest,
        code_hint=command.code_hint,
        expires=now + timedelta(days=VALID_DAYS),
        invited_by=actor.account,
    )


def withdraw_invitation(
    ledger: Ledger, command: WithdrawInvitation, actor: Actor
) -> InvitationWithdrawn | AlreadyDone | Rejection:
    """An administrator makes an invitation useless that nobody accepted yet."""
    if refused := refuse_company(ledger, actor, command.company):
        return refused
    known = ledger.cold.invitations.get(command.code_digest)
    if isinstance(known, SpentInvitation):
        return Rejection("invitation_used", entries=(known.sequence,))
    if known is None or known.company != command.company:
        return Rejection("invitation_unknown")
    return InvitationWithdrawn(company=command.company, code_digest=command.code_digest)


def accept_invitation(
    ledger: Ledger, command: AcceptInvitation, actor: Actor, now: datetime
) -> InvitationAccepted | AlreadyDone | Rejection:
    """Whoever has the code joins, whichever company they act for meanwhile; without it nobody learns of the company."""
    if not isinstance(actor, Account):
        return Rejection("no_right")
    known = ledger.cold.invitations.get(command.code_digest)
    if known is None:
        return Rejection("invitation_unknown")
    if isinstance(known, SpentInvitation):
        return AlreadyDone(known.sequence) if known.account == actor.account else Rejection("invitation_used")
    company = ledger.companies[known.company]
    if now >= known.expires or known.invited_by not in company.administrators:
        return Rejection("invitation_expired")
    if refused := refuse_blocked_company(ledger, known.company):
        return refused
    members = company.administrators | company.members
    if actor.account in members:
        return Rejection("member_exists")
    if len(members) >= MAX_MEMBERS:
        return Rejection("too_many_members", {"limit": MAX_MEMBERS})
    return InvitationAccepted(company=known.company, account=actor.account, code_digest=command.code_digest)


def _with(ledger: Ledger, digest: str, invitation: OpenInvitation | SpentInvitation) -> Ledger:
    invitations = ledger.cold.invitations.set(digest, invitation)
    return ledger._replace(cold=ledger.cold._replace(invitations=invitations))
