"""The label of a device or project beside its own row: the columns, and what they become in a view."""

from collections.abc import Sequence
from typing import Any

from ledger.application.queries.labels import LabelView, NoteView

_MEMBERS = tuple(LabelView.model_fields)
COLUMNS = ", ".join(("labelled", *(f"label_{name}" for name in _MEMBERS)))
"""To be selected beside a join of this module."""
_NOTES = """
SELECT id::integer AS sequence, project, note FROM texts.labels
 WHERE ledger = $1 AND kind = 'entry' AND id = ANY ($2::text[]) ORDER BY project"""


def join(kind: str, row: str, name: str) -> str:
    """A join with the label that the project of a row gives to what the column names."""
    columns = ", ".join(f"{member} AS label_{member}" for member in _MEMBERS)
    return f"""
  LEFT JOIN LATERAL (
       SELECT id AS labelled, {columns} FROM texts.labels AS l
        WHERE l.ledger = {row}.ledger AND l.project = {row}.project AND l.kind = '{kind}' AND l.id = {name}
       ) AS label ON true"""  # noqa: S608 - made of our own words


def viewed(row: Any) -> dict[str, Any]:
    """A row with its label as a view has it."""
    said = dict(row)
    words = {name: said.pop(f"label_{name}") for name in _MEMBERS}
    return said | {"label": None if said.pop("labelled") is None else LabelView(**words)}


async def notes_on(connection: Any, ledger: int, sequences: Sequence[int]) -> dict[int, list[NoteView]]:
    """All notes on some entries; who may read one is up to who asks."""
    found: dict[int, list[NoteView]] = {}
    for sequence, project, note in await connection.fetch(_NOTES, ledger, [str(one) for one in sequences]):
        found.setdefault(sequence, []).append(NoteView(project=project, note=note))
    return found
