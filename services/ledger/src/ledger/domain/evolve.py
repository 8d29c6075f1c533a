"""What each event changes. No rule is checked here: what is on the log has happened."""

from datetime import datetime

from contracts.events import Event
from ledger.domain.contact import counted
from ledger.domain.families import EVOLVE
from ledger.domain.state import Ledger


def evolve(ledger: Ledger, event: Event, *, at: datetime, by: str) -> Ledger:
    """The ledger after its next event, which happened at `at`; its families see it at the event's own sequence.

    `by` is who caused it, as entries name them.
    """
    after = EVOLVE[type(event)](ledger.following(), event, at=at, by=by)
    return counted(ledger, after, event)
