"""Orders of lists of projects."""

from typing import Literal, NamedTuple

from contracts.identifiers import MAX_SEQUENCE

ProjectOrder = Literal["oldest_first", "newest_first", "name"]


class ProjectPlace(NamedTuple):
    """A place in the order of projects, whichever project stands there now: names change. `name` is comparable."""

    sequence: int = 0
    name: str = ""


FROM_THE_NEWEST = ProjectPlace(MAX_SEQUENCE)
"""Where a list begins that has the newest first."""
