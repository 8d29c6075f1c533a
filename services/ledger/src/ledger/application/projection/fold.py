"""What a run of ledger entries does to the tables of the read side: a pure fold, with the ledger's laws checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.accounts import UNHELD, device_account
from contracts.events import Event
from contracts.log.accounting import post, require_balanced, require_stated
from contracts.log.entries import Entry
from contracts.log.postings import Posting, postings
from ledger.application.projection.changes import Changes, Held
from ledger.application.projection.devices import DeviceRow
from ledger.application.projection.history import history_rows
from ledger.application.projection.legacy import LegacyMove
from ledger.application.projection.license_classes import lots_in
from ledger.application.projection.rows import Row
from ledger.application.projection.rows_of_events import rows_of


class MovementRow(NamedTuple):
    """One posting; `held` is what the account has after it, or None for issuance and retired."""

    sequence: int
    line: int
    account: str
    license_type: str
    units: int
    time: datetime
    actor: str
    event_type: str
    command_id: str
    held: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an entry does, from the entry alone: what it moves, and the rows that its family states."""

    entry: Entry[Event]
    moves: Sequence[Posting]
    rows: Sequence[Row]


def effects_of(entries: Iterable[Entry[Event]]) -> list[Effect]:
    """The effects of entries, in their order."""
    return [Effect(entry, postings(entry.data), rows_of(entry)) for entry in entries]


def touched(effects: Iterable[Effect]) -> frozenset[str]:
    """The accounts whose holdings `fold` has to know: all but issuance and retired, which no query asks for."""
    return frozenset(account for effect in effects for account in _accounts(effect)) - UNHELD


def _accounts(effect: Effect) -> Iterator[str]:
    for move in effect.moves:
        yield move.account
    for row in effect.rows:
        if isinstance(row, DeviceRow):
            yield device_account(row.serial)
        elif isinstance(row, LegacyMove):
            yield from filter(None, (row.source, row.target))


def fold(
    effects: Iterable[Effect], held: Mapping[str, Mapping[str, int]], legacy: Mapping[str, Mapping[str, int]]
) -> Changes:
    """All that the effects change, given what every touched account held before; raises UnlawfulEntryError.

    `legacy` are the old licenses that they held, by name. An account that is touched and not in `held` is a defect.
    """
    changes = Changes(held, legacy)
    for effect in effects:
        for row in history_rows(effect.entry):
            changes.add(row)
        _post(changes, effect.entry, effect.moves)
        for row in effect.rows:
            _take(changes, row)
    return changes


def _post(changes: Changes, entry: Entry[Event], moves: Sequence[Posting]) -> None:
    """Move the units: they sum to zero per type, and no account but issuance goes below zero."""
    if not moves:
        return
    require_balanced(moves)
    for line, move in enumerate(moves):
        held = None if move.account in UNHELD else post(changes.held[move.account], move)
        what = (entry.sequence, line, move.account, move.license_type, move.units)
        changes.add(MovementRow(*what, entry.time, entry.actor, entry.type, entry.commandid, held))
    for lot in lots_in(entry.data):
        changes.classes[lot.license_type] = lot.license_class


def _take(changes: Changes, row: Row) -> None:
    if isinstance(row, LegacyMove):
        _move_legacy(changes.legacy, row)
        return
    if isinstance(row, DeviceRow):
        require_stated(row, changes.held[device_account(row.serial)])
    changes.add(row)


def _move_legacy(legacy: dict[str, Held], move: LegacyMove) -> None:
    moved = [(lot.license_name, lot.count) for lot in move.lots]
    if move.source is not None:
        moved = list(legacy[move.source].items())
        legacy[move.source].clear()
    if move.target is not None:
        target = legacy[move.target]
        for name, count in moved:
            target[name] = target.get(name, 0) + count
