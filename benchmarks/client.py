"""A client that costs little: HTTP/1.1 over kept connections, one request at a time on each."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Container, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, cast

Requests = Callable[[], bytes]
"""Makes the next request of a channel."""
OK, CREATED, NOT_MODIFIED = (200,), (201,), (304,)


class Answer(NamedTuple):
    """What came back; `head` ends before the empty line."""

    status: int
    head: bytes
    body: bytes


class Channel(asyncio.Protocol):
    """One connection that is kept."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if found and self._waiting is not None and len(rest) >= (length := _length(head)):
            self._buffer = rest[length:]
            self._waiting.set_result(Answer(int(head[9:12]), head, rest[:length]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("the server closed the connection"))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        if self._transport is None:
            raise ConnectionError("not connected")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def channels(host: str, port: int, contexts: Sequence[ssl.SSLContext | None]) -> AsyncGenerator[list[Channel]]:
    """One connection for each context, closed at the end."""
    loop = asyncio.get_running_loop()
    made: list[Channel] = []
    for context in contexts:
        name = "localhost" if context else None
        _, channel = await loop.create_connection(Channel, host, port, ssl=context, server_hostname=name)
        made.append(channel)
    try:
        yield made
    finally:
        for channel in made:
            channel.close()


def request(
    method: str, path: str, *, headers: Iterable[str] = (), body: bytes = b"", media_type: str = "application/json"
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body:
        lines += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def closed_loop(
    open_channels: Sequence[Channel], requests: Sequence[Requests], statuses: Container[int], seconds: float
) -> float:
    """Answers a second when each channel asks again as soon as it is answered; RuntimeError for any other status."""
    end = time.perf_counter() + seconds

    async def one(channel: Channel, make: Requests) -> int:
        count = 0
        while time.perf_counter() < end:
            _expect(await channel.ask(make()), statuses)
            count += 1
        return count

    start = time.perf_counter()
    counts = await asyncio.gather(*(one(*pair) for pair in zip(open_channels, requests, strict=True)))
    return sum(counts) / (time.perf_counter() - start)


async def one_by_one(channel: Channel, requests: Iterable[bytes], statuses: Container[int]) -> list[float]:
    """Latencies in seconds, sorted, of requests that follow each other."""
    latencies: list[float] = []
    for asked in requests:
        start = time.perf_counter()
        _expect(await channel.ask(asked), statuses)
        latencies.append(time.perf_counter() - start)
    return sorted(latencies)


async def paced(
    open_channels: Sequence[Channel], make: Requests, statuses: Container[int], rate: float, seconds: float
) -> list[float]:
    """Latencies in seconds, sorted, of requests that start at a fixed rate whatever the server does.

    Each is counted from when it was due, so that a server that stalls cannot hide the requests it kept waiting.
    """
    free: asyncio.Queue[Channel] = asyncio.Queue()
    for channel in open_channels:
        free.put_nowait(channel)
    start = time.perf_counter()

    async def one(due: float) -> float:
        channel = await free.get()
        _expect(await channel.ask(make()), statuses)
        free.put_nowait(channel)
        return time.perf_counter() - due

    tasks: list[asyncio.Task[float]] = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(due - time.perf_counter())
        tasks.append(asyncio.create_task(one(due)))
    return sorted(await asyncio.gather(*tasks))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the sorted values do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _expect(answer: Answer, statuses: Container[int]) -> None:
    if answer.status not in statuses:
        raise RuntimeError(f"unexpected {answer.status}: {answer.body[:300]!r}")


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return 0 if at < 0 else int(lowered[at + 15 :].split(b"\r\n", 1)[0])
