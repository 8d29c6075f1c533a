"""Rows of the old manager's keys."""

from datetime import datetime
from typing import NamedTuple

from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.legacy import LegacyLicenses
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent, at


class LegacyKeyRow(NamedTuple):
    key_digest: str
    company: str | None
    licenses: tuple[LegacyLicenses, ...]
    reference: str
    sequence: int
    time: datetime


def _registered(entry: Entry[LegacyKeysRegistered]) -> Rows:
    event = entry.data
    return [LegacyKeyRow(key.key_digest, key.company, key.licenses, event.reference, *at(entry)) for key in event.keys]


ROWS: RowsByEvent = {LegacyKeysRegistered: _registered}
