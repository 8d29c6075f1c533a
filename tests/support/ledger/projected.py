"""What entries do to the rows, given what the accounts that they touch held before; nothing where none is said."""

from collections.abc import Iterable, Mapping

from contracts.events import Event
from contracts.log.entries import Entry
from ledger.application.projection.changes import Changes
from ledger.application.projection.fold import effects_of, fold, touched

Places = Mapping[str, Mapping[str, int]]


def projected(entries: Iterable[Entry[Event]], held: Places | None = None, legacy: Places | None = None) -> Changes:
    """Fold entries with the accounts that the projector fetches for them: one that it forgets is a KeyError."""
    effects, known = effects_of(entries), held or {}
    return fold(effects, {account: known.get(account, {}) for account in touched(effects)}, legacy or {})
