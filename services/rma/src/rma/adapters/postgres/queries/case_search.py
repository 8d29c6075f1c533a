"""The search for cases: one walk in the order of filing, over the index that the most selective part has."""

from typing import Any

from contracts.dates import first_moment_of
from rma.adapters.postgres.case_rows import CASE_COLUMNS
from rma.application.queries.cases import CaseSearch
from rma.application.queries.sight import Reach
from runtime.pages import Start
from runtime.postgres.walks import walked


def case_search(wanted: CaseSearch, reach: Reach, start: Start, digests: list[str] | None) -> tuple[str, list[Any]]:
    """The query, whose $1 is the ledger, $2 the entry to begin behind, $3 the number of rows; its other arguments."""
    arguments: list[Any] = []

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 3}"

    where = ["ledger = $1", "filed_sequence {behind} $2"]
    if not reach.everything:
        where.append(f"project = ANY ({argument(list(reach.projects))}::text[])")
    for column, value in (
        ("rma", wanted.rma),
        ("company", wanted.company),
        ("project", wanted.project),
        ("state", wanted.state),
    ):
        if value is not None:
            where.append(f"{column} = {argument(value)}")
    for column, holds in (("open", wanted.open), ("owes", wanted.owed)):
        if holds is not None:
            where.append(column if holds else f"NOT {column}")
    if digests is not None:
        where.append(f"reference = ANY ({argument(digests)}::text[])")
    if wanted.filed_before is not None:
        where.append(f"filed < {argument(first_moment_of(wanted.filed_before))}")
    if wanted.serial:
        parts = f"SELECT filed_sequence FROM serial_parts WHERE ledger = $1 AND part = {argument(wanted.serial)}"  # noqa: S608
        where.append(f"filed_sequence IN ({parts} AND filed_sequence {{behind}} $2)")
    condition = " AND ".join(where)
    query = f"SELECT {CASE_COLUMNS} FROM cases WHERE {condition} ORDER BY filed_sequence {{direction}} LIMIT $3"  # noqa: S608 - our own words
    return walked(query, start), arguments
