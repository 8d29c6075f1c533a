"""The search for cases, in the order of filing.

A search by number, serial or reference begins with an index of its own, and what is found there is held against its
other parts, if there are any. Each other search is some walks, each as long as a page, whatever the number of cases.
What a walk is about comes to it out of arrays, so the planner sees no value that it could know to be common: it would
take a shorter index, and filter, as it believes that the parts of a search have nothing to do with each other.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, NamedTuple

from contracts.dates import first_moment_of
from rma.adapters.postgres.case_rows import CASE_COLUMNS
from rma.application.queries.cases import CaseSearch
from rma.application.queries.sight import Reach
from rma.domain.state import ENDED

# Entries are in the order of time, as each is as late as the one before it or later.
_LAST_BEFORE = """COALESCE((
SELECT sequence FROM entries WHERE ledger = $1 AND time < {} ORDER BY time DESC, sequence DESC LIMIT 1), 0)"""
Argument = Callable[[Any], str]
"""Takes one more argument, and says its name in the query."""


class _Phase(NamedTuple):
    open: bool
    owes: bool


_PHASES = (_Phase(True, True), _Phase(True, False), _Phase(False, False))
"""Where cases are: one that has ended owes nothing."""


def case_search(wanted: CaseSearch, reach: Reach, digests: list[str] | None) -> tuple[str, list[Any]]:
    """The query, whose $1 is the ledger, $2 the entry to begin after, $3 the number of rows; its other arguments."""
    arguments: list[Any] = []

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 3}"

    where, projects = ["ledger = $1", "filed_sequence > $2"], _projects(wanted, reach)
    if wanted.filed_before is not None:
        where.append(f"filed_sequence <= {_LAST_BEFORE.format(argument(first_moment_of(wanted.filed_before)))}")
    if wanted.rma or wanted.serial or digests is not None:
        found = _named(wanted, projects, digests, where, argument)
    else:
        found = _walked(wanted, projects, where, argument)
    return f"{found} ORDER BY filed_sequence LIMIT $3", arguments


def _projects(wanted: CaseSearch, reach: Reach) -> list[str] | None:
    """Those of which cases are wanted and may be seen; None says all there are."""
    if reach.everything:
        return None if wanted.project is None else [wanted.project]
    return [project for project in reach.projects if wanted.project in (None, project)]


def _named(
    wanted: CaseSearch, projects: list[str] | None, digests: list[str] | None, walk: list[str], argument: Argument
) -> str:
    where = list(walk)
    for column, value in (("rma", wanted.rma), ("company", wanted.company), ("state", wanted.state)):
        if value is not None:
            where.append(f"{column} = {argument(value)}")
    for column, holds in (("open", wanted.open), ("owes", wanted.owed)):
        if holds is not None:
            where.append(column if holds else f"NOT {column}")
    for column, values in (("project", projects), ("reference", digests)):
        if values is not None:
            where.append(f"{column} = ANY ({argument(values)}::text[])")
    if wanted.serial:
        parts = (
            f"SELECT filed_sequence FROM serial_parts WHERE {' AND '.join(walk)} AND part = {argument(wanted.serial)}"  # noqa: S608
        )
        if where == walk:
            return f"""
SELECT found.* FROM ({parts} ORDER BY filed_sequence LIMIT $3) AS walk CROSS JOIN LATERAL (
       SELECT {CASE_COLUMNS} FROM cases WHERE ledger = $1 AND filed_sequence = walk.filed_sequence LIMIT 1) AS found"""  # noqa: S608
        where.append(f"filed_sequence IN ({parts})")
    return f"SELECT {CASE_COLUMNS} FROM cases WHERE {' AND '.join(where)}"  # noqa: S608 - our own words


def _walked(wanted: CaseSearch, projects: list[str] | None, where: list[str], argument: Argument) -> str:
    """A walk for each project and phase, or for each phase: one index begins with all that a walk is about."""
    walks = list(product([None] if projects is None else projects, filter(partial(_fits, wanted), _PHASES)))
    about: dict[str, tuple[str, list[Any]]] = {"owes": ("boolean", [phase.owes for _, phase in walks])}
    if wanted.state is None:
        about["open"] = ("boolean", [phase.open for _, phase in walks])
    else:
        about["state"] = ("text", [wanted.state for _ in walks])
    if projects is not None:
        about["project"] = ("text", [project for project, _ in walks])
    if wanted.company is not None:
        about["company"] = ("text", [wanted.company for _ in walks])
    where += [f"cases.{column} = walk.{column}" for column in about]
    arrays = ", ".join(f"{argument(values)}::{kind}[]" for kind, values in about.values())
    return f"""
SELECT found.* FROM unnest({arrays}) AS walk ({", ".join(about)}) CROSS JOIN LATERAL (
       SELECT {CASE_COLUMNS} FROM cases WHERE {" AND ".join(where)} ORDER BY filed_sequence LIMIT $3) AS found"""  # noqa: S608


def _fits(wanted: CaseSearch, phase: _Phase) -> bool:
    """Whether a case that is wanted may be in that phase. A state says whether a case is open."""
    return (
        wanted.open in (None, phase.open)
        and wanted.owed in (None, phase.owes)
        and (wanted.state is None or phase.open == (wanted.state not in ENDED))
    )
