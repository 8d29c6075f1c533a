"""Rows of activation keys."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.licenses import Lot
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class KeyRow(NamedTuple):
    key_digest: str
    key_hint: str
    lots: tuple[Lot, ...]
    order_number: str
    customer_reference: str | None
    issued_sequence: int
    issued: datetime


class RedemptionRow(NamedTuple):
    """Where a key went, which was issued before."""

    key_digest: str
    company: str
    project: str
    sequence: int
    time: datetime


def _issued(entry: Entry[ActivationKeyIssued]) -> Rows:
    event = entry.data
    return (
        KeyRow(event.key_digest, event.key_hint, event.lots, event.order_number, event.customer_reference, *at(entry)),
    )


def _redeemed(entry: Entry[ActivationKeyRedeemed]) -> Rows:
    event = entry.data
    return (RedemptionRow(event.key_digest, event.company, event.project, *at(entry)),)


ROWS: RowsByEvent = {ActivationKeyIssued: _issued, ActivationKeyRedeemed: _redeemed}
