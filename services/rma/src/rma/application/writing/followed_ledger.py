"""The ledger as RMA reads it: its entries, for the view that cases need."""

from datetime import datetime

from contracts.events import Event
from contracts.log.entries import LEDGER_ENTRIES, source_of
from contracts.log.set_aside import is_about_entries, named
from rma.domain.following import follow
from rma.domain.ledger_laws import require_lawful
from rma.domain.ledger_view import LedgerView
from runtime.eventlog import PassingOver, ReadLog
from runtime.eventlog.log_follower import LogFollower
from runtime.eventlog.state_codec import StateCodec

LedgerFollower = LogFollower[LedgerView, Event]
CODEC = StateCodec.of(LedgerView, made_by=("rma.domain", "contracts"))


def followed_ledger(ledger: int) -> ReadLog[LedgerView, Event]:
    """The log of one ledger, from its first entry on."""
    return ReadLog(
        source=source_of(ledger),
        entries=LEDGER_ENTRIES,
        initial=LedgerView(),
        require_lawful=require_lawful,
        evolve=_evolve,
        codec=CODEC,
        set_aside=PassingOver(named=named, is_about=is_about_entries, passed=LedgerView.passed),
    )


def _evolve(view: LedgerView, event: Event, /, *, at: datetime, by: str) -> LedgerView:  # noqa: ARG001 - the machine's
    return follow(view, event, at=at)
