"""Dead letters: a record that cannot be used is set aside with its reason, so that it stops nothing."""

from prometheus_client import Counter

from runtime.kafka import Producer, Record
from runtime.logs import get_logger

MAX_PAYLOAD_BYTES = 256 * 1024
"""What is kept of the poison; the original stays on its topic for its own time."""
MAX_REASON_CHARACTERS = 500

DEAD_LETTERS = Counter("licensing_dead_letters", "Records set aside as unusable", ["service", "topic"])

_log = get_logger("runtime.dead_letters")


class DeadLetters:
    """The dead-letter topic of one service."""

    def __init__(self, producer: Producer, *, topic_prefix: str, service: str) -> None:
        self._producer = producer
        self._service = service
        self.topic = f"{topic_prefix}{service}.dead-letters"

    async def put(self, record: Record, reason: str) -> None:
        """Set `record` aside; durable when this returns, so the reader may go on past it. Raises Trouble."""
        headers = (
            ("reason", reason[:MAX_REASON_CHARACTERS].encode()),
            ("topic", record.topic.encode()),
            ("partition", str(record.partition).encode()),
            ("offset", str(record.offset).encode()),
            ("bytes", str(len(record.value or b"")).encode()),
        )
        payload = None if record.value is None else record.value[:MAX_PAYLOAD_BYTES]
        key = record.key if record.key is not None or payload is not None else b""
        await self._producer.send(self.topic, key, payload, headers=headers)
        DEAD_LETTERS.labels(self._service, record.topic).inc()
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.warning("dead_letter", reason=reason[:MAX_REASON_CHARACTERS], **where)
