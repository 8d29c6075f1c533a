"""The query for a list of projects, narrowed by what one knows of them."""

from typing import Any

from ledger.adapters.postgres.queries.visibility import Reach
from ledger.application.queries.projects import ProjectSearch

_BEHIND = "\U0010ffff"
"""Sorts behind every character."""


def project_search(wanted: ProjectSearch, reach: Reach, after: tuple[str, int], limit: int) -> tuple[str, list[Any]]:
    """The query for the sequences of projects, its $1 the ledger, and its further arguments.

    `after` is the name and the sequence of the last project before the page; no query where nothing can be seen. Each
    part walks an index from where the page begins to where it ends: in the order of names where a name is asked for,
    which takes a walk for the archived projects and one for the others.
    """
    name, sequence = after
    arguments: list[Any] = [sequence, limit]

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 1}"

    order, where = "sequence", "sequence > $2"
    if wanted.name:
        prefix = f"lower({argument(wanted.name)}::text)"
        order = "lower_name, sequence"
        where = f"""(lower_name, sequence) > ({argument(name)}, $2)
            AND lower_name >= {prefix} AND lower_name < {prefix} || {argument(_BEHIND)}"""
    archived = [wanted.archived] if wanted.archived is not None or not wanted.name else [False, True]
    states = ["" if one is None else f" AND is_archived = {argument(one)}" for one in archived]
    walks = [
        f"""(SELECT sequence, lower_name FROM projects
            WHERE ledger = $1 AND {where}{state}{place} ORDER BY {order} LIMIT $3)"""  # noqa: S608 - our own words
        for place in _places(reach, argument)
        for state in states
    ]
    union = " UNION ".join(walks)
    return (f"{union} ORDER BY {order} LIMIT $3" if len(walks) > 1 else union), arguments


def _places(reach: Reach, argument: Any) -> list[str]:
    everything, company, projects = reach
    if everything:
        return [""]
    found = [f" AND company = {argument(company)}"] if company else []
    return [*found, f" AND project = ANY({argument(projects)}::text[])"] if projects else found
