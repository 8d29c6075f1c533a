"""The log of conversions on Kafka, keyed by conversion."""

from collections.abc import Callable
from datetime import datetime

from contracts.audio.events import AudioEvent
from contracts.audio.records import encode
from contracts.log.envelope import CONTENT_TYPE
from contracts.topics import AUDIO_EVENTS, topic_name
from runtime.kafka import Producer

_HEADERS = (("content-type", CONTENT_TYPE.encode()),)


class TopicEvents:
    """Implements Events. What a worker says is correlated by the conversion."""

    def __init__(self, producer: Producer, topic_prefix: str, clock: Callable[[], datetime]) -> None:
        self._producer = producer
        self._topic = topic_name(AUDIO_EVENTS, topic_prefix)
        self._clock = clock

    async def append(
        self,
        event: AudioEvent,
        *,
        actor: str = "service:audio-worker",
        correlation_id: str = "",
        traceparent: str | None = None,
    ) -> None:
        value = encode(
            event,
            at=self._clock(),
            actor=actor,
            correlation_id=correlation_id or event.job,
            traceparent=traceparent,
        )
        await self._producer.send(self._topic, event.job.encode(), value, headers=_HEADERS)
