"""Orders of lists of projects, and the places that their cursors name."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query

from contracts.names import comparable_name
from ledger.application.queries.project_order import FROM_THE_NEWEST, ProjectOrder, ProjectPlace
from runtime.web.pagination import after_number_and_text, after_numbers, in_order

OrderOfProjects = Annotated[ProjectOrder, Query(description="By the entries that opened them, or by name.")]


def project_place(cursor: str | None, order: ProjectOrder) -> ProjectPlace:
    """Where a page begins; raises Refused for a cursor of another order."""
    behind = in_order(cursor, order)
    if behind is None:
        return FROM_THE_NEWEST if order == "newest_first" else ProjectPlace()
    if order == "name":
        return ProjectPlace(*after_number_and_text(behind))
    return ProjectPlace(after_numbers(behind, 1)[0])


def mark_in(order: ProjectOrder) -> Callable[[int, str], str]:
    """Makes the mark of a project by its sequence and its name."""
    return _named if order == "name" else lambda sequence, _: str(sequence)


def _named(sequence: int, name: str) -> str:
    return f"{sequence}.{comparable_name(name)}"
