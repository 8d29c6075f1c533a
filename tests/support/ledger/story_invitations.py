"""Invitations of accounts into companies."""

from contracts.actors import Account
from contracts.commands.invitations import AcceptInvitation, CreateInvitation, WithdrawInvitation
from contracts.identifiers import derived_id
from tests.support.ledger.story import ADRIA

INVITATION = "d7" * 32


newcomer = Account(account=derived_id("newcomer", "account"), company=derived_id("nowhere", "company"))
"""An account that belongs to no company yet."""


def invite(company: str = ADRIA, digest: str = INVITATION) -> CreateInvitation:
    return CreateInvitation(company=company, code_digest=digest, code_hint="K3YZ")


def uninvite(company: str = ADRIA, digest: str = INVITATION) -> WithdrawInvitation:
    return WithdrawInvitation(company=company, code_digest=digest)


def join(digest: str = INVITATION) -> AcceptInvitation:
    return AcceptInvitation(code_digest=digest)
