"""Support cases in words: kinds, states, and whose turn it is."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {"support": "Support", "presales": "Presales"}
STATES: Mapping[str, tuple[str, str]] = {
    "new": ("off", "New"),
    "open": ("off", "In progress"),
    "waiting_customer": ("warn", "Waits for an answer"),
    "solved": ("good", "Solved"),
    "closed": ("off", "Closed"),
}
"""How a state looks, and its words."""
SHOWN: Mapping[str, str] = {
    "open": "Open cases",
    "waiting_customer": "Cases that wait for an answer",
    "closed": "Solved and closed cases",
    "all": "All cases",
}
WORDS = (*KINDS.values(), *(word for _, word in STATES.values()), *SHOWN.values())
