"""The header Idempotency-Key, which every command has: the same key with the same body gives the same response."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header

from runtime.web.problems import Refused

_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,78}[\x21-\x7e])?")


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Required. 1 to 80 printable characters; the same key and body again gives the same answer. The"
            " accounts of a company share its keys, so choose random ones, such as a UUID."
        ),
    ] = None,
) -> str:
    if idempotency_key is None or not _KEY.fullmatch(idempotency_key):
        raise Refused("idempotency_key_missing")
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]


def require_described_keys(api: dict[str, Any]) -> None:
    """Describe the header as required: it is optional for the framework only, so that its absence is our refusal."""
    for operations in api["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                parameter["required"] = parameter["required"] or parameter["name"] == "idempotency-key"
