"""Cases between rows of PostgreSQL and values."""

from collections.abc import Sequence
from typing import Any

from rma.application.projection.rows import CaseRow

CASE_COLUMNS = ", ".join(CaseRow._fields)


def case_row(record: Any) -> CaseRow:
    """A case from its columns."""
    return CaseRow(**record)._replace(reminded=tuple(record["reminded"]))


def values(row: CaseRow) -> Sequence[Any]:
    """A case as its columns take it."""
    return row._replace(reminded=list(row.reminded))  # type: ignore[arg-type]  # an array is written from a list
