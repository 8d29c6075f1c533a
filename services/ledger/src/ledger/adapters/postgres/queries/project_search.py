"""The query for a list of projects, narrowed by what one knows of them."""

from typing import Any

from contracts.names import comparable_beginning
from ledger.adapters.postgres.queries.visibility import Reach
from ledger.application.queries.project_order import ProjectPlace
from ledger.application.queries.projects import ProjectSearch

_BEHIND = "\U0010ffff"
"""Sorts behind every character."""


def project_search(wanted: ProjectSearch, reach: Reach, after: ProjectPlace, limit: int) -> tuple[str, list[Any]]:
    """The query for the sequences of projects, its $1 the ledger, and its further arguments.

    `after` is the place behind which the page begins; no query where nothing can be seen. Each
    part walks an index from where the page begins to where it ends: in the order of names, that takes a walk for the
    archived projects and one for the others.
    """
    arguments: list[Any] = [after.sequence, limit]

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 1}"

    order, where = in_order_of(wanted), "sequence < $2" if wanted.order == "newest_first" else "sequence > $2"
    if wanted.is_by_name:
        where = f"(comparable_name, sequence) > ({argument(after.name)}, $2)"
    elif wanted.as_of is not None:
        where += f" AND sequence <= {argument(wanted.as_of)}"
    if wanted.name:
        prefix = f"{argument(comparable_beginning(wanted.name))}::text"
        where += f" AND comparable_name >= {prefix} AND comparable_name < {prefix} || {argument(_BEHIND)}"
    archived = [wanted.archived] if wanted.archived is not None or not wanted.is_by_name else [False, True]
    states = ["" if one is None else f" AND is_archived = {argument(one)}" for one in archived]
    walks = [
        f"""(SELECT sequence, comparable_name FROM projects
            WHERE ledger = $1 AND {where}{state}{place} ORDER BY {order} LIMIT $3)"""  # noqa: S608 - our own words
        for place in _places(reach, argument)
        for state in states
    ]
    union = " UNION ".join(walks)
    return (f"{union} ORDER BY {order} LIMIT $3" if len(walks) > 1 else union), arguments


def in_order_of(wanted: ProjectSearch, table: str = "") -> str:
    """What such a list is ordered by."""
    if wanted.is_by_name:
        return f"{table}comparable_name, {table}sequence"
    return f"{table}sequence DESC" if wanted.order == "newest_first" else f"{table}sequence"


def _places(reach: Reach, argument: Any) -> list[str]:
    everything, company, projects = reach
    if everything:
        return [""]
    found = [f" AND company = {argument(company)}"] if company else []
    return [*found, f" AND project = ANY({argument(projects)}::text[])"] if projects else found
