"""Queries that walk an index of entries in either direction."""

from runtime.pages import Start


def walked(query: str, start: Start, **parts: str) -> str:
    """A query in the direction of its page: it says `sequence {behind} $2` and `ORDER BY sequence {direction}`.

    `parts` fill in what else is open in it.
    """
    behind, direction = ("<", "DESC") if start.newest_first else (">", "ASC")
    return query.format(behind=behind, direction=direction, **parts)
