"""How many devices customers owe: their replacements went out in advance, and they have not come back."""

from functools import partial
from typing import Protocol

from prometheus_client import Gauge

from contracts.rma.cases import State
from rma.domain.state import OWED, Cases

_OWED = Gauge(
    "licensing_rma_owed_devices", "Devices that have to come back, by the state of their case", ["ledger", "state"]
)


class Known(Protocol):
    """The log of cases as somebody follows it."""

    @property
    def state(self) -> Cases: ...


def show_owed(ledger: int, cases: Known) -> None:
    """Let each scrape count what is owed then."""
    for state in sorted(OWED):
        _OWED.labels(ledger, state).set_function(partial(_count, cases, state))


def _count(cases: Known, state: State) -> int:
    known = cases.state
    return sum(known.cases[rma].state == state for owed in known.owing.values() for rma in owed)
