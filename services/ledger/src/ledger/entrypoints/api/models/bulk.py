"""A line of a request with many commands."""

from typing import Annotated, Any

from pydantic import Field

from ledger.entrypoints.api.models.base import Body

KEY_PATTERN = r"^[\x20-\x7e]+$"
"""Of an idempotency key in a line."""


Key = Annotated[str, Field(min_length=1, max_length=80, pattern=KEY_PATTERN)]


class BulkLine(Body):
    """One command: `name` is that of the operation, such as issue-activation-key; the rest is its path and body."""

    idempotency_key: Key
    command: dict[str, Any]
