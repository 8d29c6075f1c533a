"""An event of audio in its CloudEvents 1.0 envelope: the value of a record of `audio.events`, keyed by conversion.

No chain joins these records: conversions are worth nothing a day later, and each is decided by its own records alone.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, cast
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, TypeAdapter, ValidationError, create_model

from contracts.actors import ActorString
from contracts.audio.events import EVENT_TYPES, AudioEvent
from contracts.fields import CorrelationId, Traceparent
from contracts.identifiers import UUID_PATTERN
from contracts.log.envelope import MAX_ENTRY_BYTES, schema_name
from contracts.models import WireModel
from contracts.moments import Moment

SOURCE: Literal["/audio"] = "/audio"
E_co = TypeVar("E_co", bound=WireModel, covariant=True)


class NotAnAudioRecordError(ValueError):
    """These bytes are no record of `audio.events`; the message says why."""


class AudioRecord(WireModel, Generic[E_co]):
    """An event, who caused it, and when."""

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern=UUID_PATTERN)]
    source: Literal["/audio"]
    type: str
    subject: Annotated[str, Field(max_length=100)]
    time: Moment
    datacontenttype: Literal["application/json"]
    dataschema: Annotated[str, Field(max_length=120)]
    actor: ActorString
    correlationid: CorrelationId
    traceparent: Traceparent | None = None
    data: E_co


def _envelope_of(event_type: str, model: type[AudioEvent]) -> type[AudioRecord[AudioEvent]]:
    fields: dict[str, Any] = {
        "type": (Literal[event_type], ...),
        "dataschema": (Literal[schema_name(event_type)], ...),
    }
    base: Any = AudioRecord[model]  # type: ignore[valid-type]  # one class per event type, made from the registry
    return cast("type[AudioRecord[AudioEvent]]", create_model(f"{model.__name__}Record", __base__=base, **fields))


ENVELOPES = {event_type: _envelope_of(event_type, model) for event_type, model in EVENT_TYPES.items()}
"""The whole record value of each event type; the JSON Schemas are made from these."""
_ANY: Any = Annotated[Union[tuple(ENVELOPES.values())], Field(discriminator="type")]  # noqa: UP007 - from the registry
_RECORD: TypeAdapter[AudioRecord[AudioEvent]] = TypeAdapter(_ANY)


def encode(
    event: AudioEvent, *, at: datetime, actor: str, correlation_id: str, traceparent: str | None = None
) -> bytes:
    """The record value of an event; raises ValueError for one that no reader would take."""
    about = event.subject.removeprefix("conversions/")
    record = ENVELOPES[event.type](
        specversion="1.0",
        source=SOURCE,
        datacontenttype="application/json",
        id=str(uuid5(NAMESPACE_URL, f"urn:{event.type}:{about}:{at.isoformat()}")),
        type=event.type,
        subject=event.subject,
        time=at,
        dataschema=schema_name(event.type),
        actor=actor,
        correlationid=correlation_id,
        traceparent=traceparent,
        data=event,
    )
    value = record.json_bytes()
    if len(value) > MAX_ENTRY_BYTES:
        raise ValueError(f"the record has {len(value)} bytes; at most {MAX_ENTRY_BYTES} are taken")
    return value


def decode(value: bytes) -> AudioRecord[AudioEvent]:
    """Read one record value; raises NotAnAudioRecordError."""
    if len(value) > MAX_ENTRY_BYTES:
        raise NotAnAudioRecordError(f"{len(value)} bytes; a record has at most {MAX_ENTRY_BYTES}")
    try:
        return _RECORD.validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "value"
        raise NotAnAudioRecordError(f"{place}: {first['msg']}") from None
