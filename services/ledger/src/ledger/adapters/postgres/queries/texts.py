"""Texts of staff in place of the digests that rows have of them."""

from collections.abc import Iterable
from typing import Any

from ledger.adapters.postgres.staff_texts import TABLE
from runtime.postgres import staff_texts


async def with_texts(connection: Any, ledger: int, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The rows with texts, or `erased`; a digest whose text is not kept here stays."""
    return await staff_texts.with_texts(connection, ledger, TABLE, rows)
