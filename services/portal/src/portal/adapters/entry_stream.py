"""The ledger's feed of entries as it happens, listened to in the name of whoever looks at a page."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import cast

import httpx

from licensing_client.api import EntryView
from portal.adapters.apis import CORRELATION
from portal.adapters.issuer import TokenIssuer
from runtime.trouble import Trouble

PATH = "/v1/entries/stream"
MOST_STREAMS = 200
"""As many as one process of the API has."""
ANSWER_SECONDS = 5.0
SILENCE_SECONDS = 35.0
"""A sign of life comes every 15 s; whoever misses two of them is cut off."""
NOT_NOW = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry; or that all up to `sequence` is told; or, without either, only that the connection lives."""

    sequence: int | None = None
    entry: EntryView | None = None


class Unseen(Exception):  # noqa: N818 - states the world
    """Whoever listens may not see what they listen to, or not any more."""


class EntryStreams:
    """Streams of the ledger's API. Each ends with its token, so what was taken away from somebody is not told on."""

    def __init__(self, ledger: str, issuer: TokenIssuer, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._issuer = issuer
        self._http = httpx.AsyncClient(
            base_url=ledger,
            timeout=httpx.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS),
            limits=httpx.Limits(max_connections=MOST_STREAMS),
            transport=transport,
        )

    async def listen(self, account: str, company: str, after: int, about: Mapping[str, str]) -> AsyncGenerator[Told]:
        """What happens behind an entry, until the token expires or the API ends it; raises Unseen and Trouble."""
        head = {
            "Authorization": f"Bearer {self._issuer.token(account, company)}",
            "X-Correlation-Id": CORRELATION.get(""),
        }
        query = {**about, "after": str(after)}
        try:
            async with self._http.stream("GET", PATH, params=query, headers=head) as response:
                _check(response)
                async for told in _read(response):
                    yield told
        except httpx.TransportError as error:
            raise Trouble(f"the stream of entries broke off ({type(error).__name__})") from error

    async def close(self) -> None:
        await self._http.aclose()


def _check(response: httpx.Response) -> None:
    if response.status_code in NOT_NOW:
        raise Trouble(f"the stream of entries answers {response.status_code}")
    if not response.is_success:
        raise Unseen


async def _read(response: httpx.Response) -> AsyncGenerator[Told]:
    """Server-sent events (HTML, section 9.2.6) as far as the API makes use of them."""
    sequence: int | None = None
    entry: EntryView | None = None
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if not line or line.startswith(":"):
            yield Told(sequence, entry)
            sequence, entry = None, None
        elif name == "id":
            sequence = int(value)
        elif name == "data":
            entry = cast("EntryView", json.loads(value))
