"""Whether something is blocked, beside its own row: the columns, and what they become in a view."""

from typing import Any

from contracts.log.subjects import COMPANY, DEVICE, KEY, subject
from ledger.application.queries.blocks import ASK, BlockedView

_COLUMNS = ("block_subject", "block_sequence", "blocked_since")
COLUMNS = ", ".join(f"b.{name}" for name in _COLUMNS)
"""To be selected beside a join of this module."""


def join(*subjects: str, ledger: str, at: str | None = None) -> str:
    """A join with the block that holds now, or held at entry `at`: a device's own goes before its company's.

    `subjects` and `ledger` are SQL.
    """
    holds = "lifted_sequence IS NULL" if at is None else f"sequence <= {at} AND coalesce(lifted_sequence > {at}, true)"
    return f"""
  LEFT JOIN LATERAL (
       SELECT subject AS block_subject, sequence AS block_sequence, time AS blocked_since FROM blocks
        WHERE blocks.ledger = {ledger} AND subject IN ({", ".join(subjects)}) AND {holds}
        ORDER BY subject DESC LIMIT 1) AS b ON true"""  # noqa: S608 - made of our own words


def named(kind: str, column: str) -> str:
    """SQL for the subject that a column names."""
    return f"'{subject(kind, '')}' || {column}"


def company(column: str) -> str:
    """SQL for the subject of a company."""
    return named(COMPANY, column)


def device(column: str) -> str:
    """SQL for the subject of a device."""
    return named(DEVICE, column)


def key(column: str) -> str:
    """SQL for the subject of an activation key."""
    return named(KEY, column)


def viewed(row: Any) -> dict[str, Any]:
    """A row with its block as a view has it."""
    said = dict(row)
    subject_of, sequence, since = (said.pop(name) for name in _COLUMNS)
    blocked = None if subject_of is None else BlockedView(subject=subject_of, since=since, sequence=sequence, ask=ASK)
    return said | {"blocked": blocked}
