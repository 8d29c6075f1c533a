"""What somebody is expected to do next in a case, as the table of steps and the state have it."""

from datetime import date
from typing import Literal

from rma.domain.state import Case
from rma.domain.steps import Role, possible

Expected = Literal[
    "send_device",
    "answer_quote",
    "return_device",
    "receive",
    "quote",
    "repair",
    "replace",
    "send_in_advance",
    "ship",
    "charge",
    "close",
]
"""Of a requester the first three, of the staff the others: the first step of a clerk's work where several are open."""
_OF_REQUESTER: dict[str, Expected] = {
    "authorised": "send_device",
    "quoted": "answer_quote",
    "replacement_shipped": "return_device",
    "overdue": "return_device",
}
_OF_STAFF: tuple[Expected, ...] = ("charge", "ship", "close", "receive", "repair", "replace", "send_in_advance")
_STAFF: tuple[Role, ...] = ("staff",)
_WAITS = frozenset({"replacing", "quoted", "closed", "cancelled"})
"""States in which the ledger or the requester is next, or nobody."""


def expected_of_requester(case: Case, today: date) -> Expected | None:
    """The same whoever pays: an end customer reads nothing of a guarantee in it (rule F4)."""
    return None if _waits_for_another_quote(case, today) else _OF_REQUESTER.get(case.state)


def expected_of_staff(case: Case, today: date) -> Expected | None:
    """The clerk's next step."""
    if _waits_for_another_quote(case, today):
        return "quote"
    if case.state in _WAITS:
        return None
    steps = possible(case.state, case.conditions, _STAFF)
    if case.state == "received" and "quote" in steps:
        return "quote"
    if case.state == "swap_refused":
        return "send_in_advance" if case.advance else "replace"
    return next((step for step in _OF_STAFF if step in steps), None)


def _waits_for_another_quote(case: Case, today: date) -> bool:
    """Whether the quote has ended before anybody answered it."""
    return case.state == "quoted" and case.quote is not None and today > case.quote.valid_until
