"""Texts of staff in place of the digests that rows have of them."""

from collections.abc import Generator, Iterable
from typing import Any

from contracts.staff_texts import is_digest
from ledger.application.staff_texts import ERASED

_TEXTS = "SELECT digest, text FROM texts.staff_texts WHERE ledger = $1 AND digest = ANY ($2)"


async def with_texts(connection: Any, ledger: int, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with texts, or `erased`; a digest whose text is not kept here stays."""
    said = [dict(row) for row in rows]
    if not (digests := sorted(set(_digests(said)))):
        return said
    found = await connection.fetch(_TEXTS, ledger, digests)
    known = {row["digest"]: ERASED if row["text"] is None else row["text"] for row in found}
    return [_told(row, known) for row in said]


def _digests(value: Any) -> Generator[str]:
    match value:
        case str() if is_digest(value):
            yield value
        case dict():
            for one in value.values():
                yield from _digests(one)
        case list():
            for one in value:
                yield from _digests(one)
        case _:
            pass


def _told(value: Any, known: dict[str, str]) -> Any:
    match value:
        case str():
            return known.get(value, value)
        case dict():
            return {name: _told(one, known) for name, one in value.items()}
        case list():
            return [_told(one, known) for one in value]
        case _:
            return value
