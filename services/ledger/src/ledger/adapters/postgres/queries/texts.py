"""Texts of staff in place of the digests that rows have of them."""

from collections.abc import Generator, Iterable
from typing import Any

from contracts.staff_texts import is_digest
from ledger.application.staff_texts import ERASED

_TEXTS = "SELECT digest, text FROM texts.staff_texts WHERE ledger = $1 AND digest = ANY ($2)"


_MEMBERS = ("reason", "reference")
"""What members of rows and facts that hold texts of staff are called, or end in, as `lifted_reason` does.

Anybody may write a digest that he has seen into another one, such as the name of a project: it stays a digest there.
"""


async def with_texts(connection: Any, ledger: int, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with texts, or `erased`; a digest whose text is not kept here stays."""
    said = [dict(row) for row in rows]
    if not (digests := sorted({digest for row in said for digest in _digests(row)})):
        return said
    found = await connection.fetch(_TEXTS, ledger, digests)
    known = {row["digest"]: ERASED if row["text"] is None else row["text"] for row in found}
    return [_told(row, known) for row in said]


def _digests(row: dict[str, Any]) -> Generator[str]:
    for member, value in row.items():
        if isinstance(value, dict):
            yield from _digests(value)
        elif _holds_digest(member, value):
            yield value


def _told(row: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {member: _text(member, value, known) for member, value in row.items()}


def _text(member: str, value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return _told(value, known)
    return known.get(value, value) if _holds_digest(member, value) else value


def _holds_digest(member: str, value: Any) -> bool:
    return member.endswith(_MEMBERS) and isinstance(value, str) and is_digest(value)
