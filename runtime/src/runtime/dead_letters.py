"""Dead letters: a record that cannot be used is buried with its reason, so that it stops nothing."""

import asyncio

from prometheus_client import Counter

from runtime.kafka import Connection, Headers, Partition, PartitionTail, Producer, Record
from runtime.logs import get_logger, ids_in

MAX_PAYLOAD_BYTES = 256 * 1024
"""What is kept of the poison; the original stays on its topic for its own time."""
MAX_REASON_CHARACTERS = 500
MAX_HEADERS, MAX_HEADER_BYTES = 32, 16 * 1024
"""What is kept of the headers of the poison, names and values; of more than that, none. A proof has some 4 KiB."""
KEPT, COUNT = "kept-", "headers"
"""Before the name of each header that is kept, and the header that counts them."""
MAX_DIGITS = 19
"""Of an offset, which has 63 bits."""

DEAD_LETTERS = Counter("licensing_dead_letters", "Records set aside as unusable", ["service", "topic"])

_log = get_logger("runtime.dead_letters")


class DeadLetters:
    """The dead-letter topic of one service."""

    def __init__(self, producer: Producer, *, topic_prefix: str, service: str) -> None:
        self._producer = producer
        self._service = service
        self.topic = f"{topic_prefix}{service}.dead-letters"

    async def put(self, record: Record, reason: str) -> None:
        """Bury `record`; durable when this returns, so the reader may go on past it. Raises Trouble."""
        headers = (
            ("reason", reason[:MAX_REASON_CHARACTERS].encode()),
            ("topic", record.topic.encode()),
            ("partition", str(record.partition).encode()),
            ("offset", str(record.offset).encode()),
            ("bytes", str(len(record.value or b"")).encode()),
            *_kept(record.headers),
        )
        payload = None if record.value is None else record.value[:MAX_PAYLOAD_BYTES]
        key = record.key if record.key is not None or payload is not None else b""
        await self._producer.send(self.topic, key, payload, headers=headers)
        DEAD_LETTERS.labels(self._service, record.topic).inc()
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.warning("dead_letter", reason=reason[:MAX_REASON_CHARACTERS], **where, **ids_in(payload))


def kept_headers(letter: Record) -> Headers | None:
    """The headers that the record of a letter had; None where they were not kept."""
    kept = tuple((name.removeprefix(KEPT), value) for name, value in letter.headers if name.startswith(KEPT))
    return kept if letter.header(COUNT) == str(len(kept)).encode() else None


def _kept(headers: Headers) -> Headers:
    size = sum(len(name) + len(value or b"") for name, value in headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        return ()
    return (*((KEPT + name, value) for name, value in headers), (COUNT, str(len(headers)).encode()))


class BuriedOnce:
    """Dead letters of a reader that begins at the first record whenever it starts: each record is buried once.

    What lies on the dead-letter topic says how far each partition was read before, as long as that topic keeps it.
    """

    def __init__(self, connection: Connection, dead_letters: DeadLetters) -> None:
        self._connection = connection
        self._dead_letters = dead_letters
        self._next_offsets: dict[Partition, int] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def put(self, record: Record, reason: str) -> None:
        """Bury `record`, unless it or a later one of its partition is buried already. Raises Trouble."""
        where = Partition(record.topic, record.partition)
        async with self._one_at_a_time:
            if self._next_offsets is None:
                self._next_offsets = await self._buried()
            known = self._next_offsets
            if record.offset >= known.get(where, 0):
                await self._dead_letters.put(record, reason)
                known[where] = record.offset + 1

    async def _buried(self) -> dict[Partition, int]:
        """The offset after the last buried record of each partition."""
        known: dict[Partition, int] = {}
        async with PartitionTail(self._connection, self._dead_letters.topic, 0, 0) as tail:
            end = await tail.end_offset()
            await tail.seek(await tail.beginning_offset())
            while await tail.position() < end:
                for letter in await tail.next_batch():
                    where = Partition(
                        (letter.header("topic") or b"").decode(errors="replace"), _number(letter.header("partition"))
                    )
                    known[where] = max(known.get(where, 0), _number(letter.header("offset")) + 1)
        return known


def _number(text: bytes | None) -> int:
    """A number of our own making; 0 for anything else, however long."""
    return int(text) if text is not None and len(text) <= MAX_DIGITS and text.isdigit() else 0
