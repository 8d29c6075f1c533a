"""Rows of invitations."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.invitations import InvitationAccepted, InvitationCreated, InvitationWithdrawn
from contracts.log.entries import Entry
from ledger.application.projection.members import member
from ledger.application.projection.rows import Rows, RowsByEvent, at


class InvitationRow(NamedTuple):
    code_digest: str
    company: str
    code_hint: str
    expires: datetime
    sequence: int
    time: datetime


class InvitationEndRow(NamedTuple):
    """An invitation's end: accepted by an account, or withdrawn (no account)."""

    code_digest: str
    account: str | None
    time: datetime


def _created(entry: Entry[InvitationCreated]) -> Rows:
    event = entry.data
    return (InvitationRow(event.code_digest, event.company, event.code_hint, event.expires, *at(entry)),)


def _withdrawn(entry: Entry[InvitationWithdrawn]) -> Rows:
    return (InvitationEndRow(entry.data.code_digest, None, entry.time),)


def _accepted(entry: Entry[InvitationAccepted]) -> Rows:
    event = entry.data
    return (
        InvitationEndRow(event.code_digest, event.account, entry.time),
        member(entry, event.account, event.company, administrator=False),
    )


ROWS: RowsByEvent = {
    InvitationCreated: _created,
    InvitationWithdrawn: _withdrawn,
    InvitationAccepted: _accepted,
}
