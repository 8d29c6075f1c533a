"""Many commands in one request, as the tests of `POST /v1/commands` send them, and what comes back."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx

from tests.support.ledger.api_in_memory import Api

ORDER = {"licenses": [{"license_type": "Port11", "count": 5}], "order_number": "PO-1"}


def issue(key: str, **more: Any) -> dict[str, Any]:
    return {"idempotency_key": key, "command": {"name": "issue-activation-key", **ORDER, **more}}


def a_return(document: object, **more: object) -> dict[str, Any]:
    return {
        "idempotency_key": "r-1",
        "command": {"name": "return-licenses", "serial": "009033010203", "document": document} | more,
    }


async def send(api: Api, content: bytes | AsyncIterator[bytes], token: str | None = None) -> httpx.Response:
    return await api.client.post("/v1/commands", content=content, headers=api.bearer(token or api.staff()))


async def answers(api: Api, *lines: Any, token: str | None = None) -> list[dict[str, Any]]:
    content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    return told(await send(api, content, token))


def told(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in response.text.splitlines()]


def codes(found: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["status"], one.get("problem", {}).get("code", "")) for one in found]


async def waiting(hold: asyncio.Event) -> AsyncIterator[bytes]:
    """A line, and another one when it may go on."""
    yield json.dumps(issue("first")).encode() + b"\n"
    await hold.wait()
    yield json.dumps(issue("second")).encode()
