"""Support cases as a help desk tells of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from hypothesis import strategies as st

from contracts.support.cases import SupportCaseChanged, decode
from ledger.application.support_cases import Delivery, SupportCaseNotice
from simulator.help_desk import record
from tests.support.ledger.story import ADRIA

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NUMBER, TITLE = "CAS-104211", "No dial tone after the update"


def notice(number: str = NUMBER, revision: int = 1, **said: Any) -> dict[str, Any]:
    """A case of Adria's with a message of each side; what is said replaces a member."""
    return {
        "number": number,
        "revision": revision,
        "kind": "support",
        "state": "open",
        "company": ADRIA,
        "opened": "2026-11-24T08:12:00Z",
        "changed": f"2026-11-24T09:{revision:02}:00Z",
        "serial": "00903304a1c7",
        "product": "IP811",
        "title": TITLE,
        "messages": [
            {"time": "2026-11-24T08:12:00Z", "side": "company", "text": "Since the update, nobody hears a dial tone."},
            {"time": "2026-11-24T09:00:00Z", "side": "vendor", "text": f"We look into it.\n\nRevision {revision}."},
        ],
    } | said


Told = tuple[str, dict[str, Any]]
"""A way to us, and what is told on it."""
STATES = ("new", "waiting_customer", "closed", "open")


def told(way: str, number: str, revision: int) -> Told:
    """A revision says one thing whenever it comes; the last one of the second case takes it away."""
    state = "deleted" if (number, revision) == ("CAS-2", 4) else STATES[revision - 1]
    return way, notice(number, revision, state=state)


histories = st.lists(
    st.builds(told, st.sampled_from(("record", "webhook")), st.sampled_from(("CAS-1", "CAS-2")), st.integers(1, 4)),
    max_size=12,
)
"""What reaches us of two cases: lost, late, repeated and out of order."""


def notice_of(said: dict[str, Any]) -> SupportCaseNotice:
    return SupportCaseNotice.from_json_bytes(json.dumps(said).encode())


def case_of(said: dict[str, Any], ledger: int) -> SupportCaseChanged:
    key, value = record(said, ledger)
    case = decode(key, value)
    assert case is not None
    return case


def deliveries() -> Iterator[Delivery]:
    """One after the other, none of them a replay."""
    return (Delivery(f"msg-{number}", NOW, NOW) for number in count())
