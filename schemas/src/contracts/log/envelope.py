"""An entry: one event in its CloudEvents 1.0 envelope, the value of one record of a log that one writer keeps.

What an entry is does not depend on what its events are about: a log's own events come in with its `EntryFormat`. The
bytes on the log are what is hashed; nothing is ever serialised again in order to be checked.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic_core import from_json

from contracts.actors import ActorString
from contracts.fields import CorrelationId, Traceparent
from contracts.identifiers import UUID_PATTERN, CommandId, Sequence, Sha256, TokenName
from contracts.models import WireModel
from contracts.moments import Moment

MAX_ENTRY_BYTES = 60 * 1024  # below every default record bound of Kafka, and one C2SP tile of 256 stays servable
CONTENT_TYPE = "application/cloudevents+json"
"""What the header `content-type` of an entry's record says: structured mode of the CloudEvents binding for Kafka.

Records from before it have no headers; nothing that reads a log looks at them."""
GENESIS = "0" * 64
"""`prev` of the first entry."""

E = TypeVar("E", bound=WireModel)
E_co = TypeVar("E_co", bound=WireModel, covariant=True)


class NotAnEntryError(ValueError):
    """These bytes are no entry of this log; the message says why."""


class UnknownEventTypeError(ValueError):
    """A well-formed entry of a type that this reader does not know: it must be upgraded before it reads on."""

    def __init__(self, event_type: str, sequence: int, prev: str) -> None:
        super().__init__(f"entry {sequence} has the type {event_type}, which this version does not know; upgrade it")
        self.sequence = sequence
        self.prev = prev


class Entry(WireModel, Generic[E_co]):
    """An event with its place on the log: `sequence` is gapless from 1, `prev` the hash of the entry before.

    `tokenid` and `tokenkeyid` name the access token by which an account proved itself to the writer.
    """

    # Each process has all types and meets few of them; pydantic makes what it needs of one when it is first used.
    model_config = ConfigDict(defer_build=True)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern=UUID_PATTERN, description="UUIDv7.")]
    source: str
    type: str
    subject: Annotated[str, Field(max_length=100)]
    time: Moment
    datacontenttype: Literal["application/json"]
    dataschema: Annotated[str, Field(max_length=120)]
    sequence: Sequence
    prev: Sha256
    commandid: CommandId
    commandhash: Sha256
    actor: ActorString
    correlationid: CorrelationId
    traceparent: Traceparent | None = None
    tokenid: TokenName | None = None
    tokenkeyid: TokenName | None = None
    data: E_co


class _Head(WireModel):
    """The least that a later version's entry must have, for this version to know that it is one."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    type: str
    sequence: Sequence
    prev: Sha256


class EntryFormat(Generic[E]):
    """The entries of one kind of log, made from the registry of its events by wire name: two or more.

    An event is a WireModel with its wire name as the class variable `type` and with a `subject`. All names begin with
    `namespace`, such as `licensing.ledger`; `source` is a pattern of what the logs of this kind are called.
    """

    def __init__(self, event_types: Mapping[str, type[E]], *, namespace: str, source: str) -> None:
        self.envelopes = {name: _envelope_of(name, model, source) for name, model in event_types.items()}
        """The whole record value of each event type; the JSON Schemas are made from these."""
        self._schema_names = {name: schema_name(name) for name in event_types}
        pattern = rf"^{namespace.replace('.', '[.]')}[.][a-z0-9-]{{1,60}}[.]v[0-9]{{1,4}}$"
        self._head = create_model("_Head", __base__=_Head, type=(Annotated[str, Field(pattern=pattern)], ...))

    @cached_property
    def _validate_json(self) -> Callable[[bytes], Entry[E]]:
        union: Any = Union[tuple(self.envelopes.values())]  # noqa: UP007  # made from the registry
        tagged: Any = Annotated[union, Field(discriminator="type")]
        return TypeAdapter[Entry[E]](tagged).validator.validate_json

    def decode(self, value: bytes) -> Entry[E]:
        """Read one record value; raises NotAnEntryError or UnknownEventTypeError."""
        if len(value) > MAX_ENTRY_BYTES:
            raise NotAnEntryError(f"{len(value)} bytes; an entry has at most {MAX_ENTRY_BYTES}")
        try:
            return self._validate_json(value)
        except ValidationError as error:
            raise self._reason(value, error) from None

    def encode(  # noqa: PLR0913  # an envelope has this many attributes
        self,
        event: E,
        *,
        source: str,
        sequence: int,
        prev: str,
        at: datetime,
        command_id: str,
        command_hash: str,
        actor: str,
        correlation_id: str,
        traceparent: str | None = None,
        token_id: str | None = None,
        token_key_id: str | None = None,
    ) -> bytes:
        """The record value of an event at its place; `at` is aware UTC and also makes the id (UUIDv7).

        Raises ValueError for one that no reader would take: its writer alone would believe in it.
        """
        what: Any = event  # its type and subject are a matter of its log
        said = {
            "specversion": "1.0",
            "id": uuid7(at, command_id),
            "source": source,
            "type": what.type,
            "subject": what.subject,
            "time": at,
            "datacontenttype": "application/json",
            "dataschema": self._schema_names[what.type],
            "sequence": sequence,
            "prev": prev,
            "commandid": command_id,
            "commandhash": command_hash,
            "actor": actor,
            "correlationid": correlation_id,
            "traceparent": traceparent,
            "tokenid": token_id,
            "tokenkeyid": token_key_id,
            "data": event,
        }
        entry: Entry[E] = self.envelopes[what.type].__pydantic_validator__.validate_python(said)
        value = entry.json_bytes()
        if len(value) > MAX_ENTRY_BYTES:
            raise ValueError(f"the entry has {len(value)} bytes; at most {MAX_ENTRY_BYTES} are taken")
        return value

    def _reason(self, value: bytes, error: ValidationError) -> Exception:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "union_tag_invalid":
            try:
                head = self._head.model_validate(from_json(value), strict=True)
            except ValidationError:
                return NotAnEntryError("its type is unknown and its envelope malformed")
            return UnknownEventTypeError(head.type, head.sequence, head.prev)
        place = ".".join(str(part) for part in first["loc"]) or "value"
        return NotAnEntryError(f"{place}: {first['msg']}")


def _envelope_of(event_type: str, model: type[E], source: str) -> type[Entry[E]]:
    fields: dict[str, Any] = {
        "source": (Annotated[str, Field(pattern=source)], ...),
        "type": (Literal[event_type], ...),
        "dataschema": (Literal[schema_name(event_type)], ...),
        "data": (model, ...),  # and not Entry[model], which would be made a class first: that takes as long again
    }
    made: Any = create_model(f"{model.__name__}Entry", __base__=Entry, **fields)
    return cast("type[Entry[E]]", made)


def schema_name(event_type: str) -> str:
    """The URI that names the frozen schema of an event type."""
    return f"urn:licensing:schema:{event_type.removeprefix('licensing.')}"


def entry_hash(value: bytes) -> str:
    """What the next entry's `prev` must say: SHA-256 of the value bytes, lower-case hex."""
    return hashlib.sha256(value).hexdigest()


def uuid7(at: datetime, command_id: str) -> str:
    """A UUIDv7 (RFC 9562) whose random part comes from the command's id: unique, yet no dice are rolled."""
    variant = "89ab"[int(command_id[3], 16) & 3]
    return f"{_clock_of(at)}-7{command_id[:3]}-{variant}{command_id[4:7]}-{command_id[7:19]}"


@lru_cache(maxsize=16)
def _clock_of(at: datetime) -> str:
    """The milliseconds since 1970 as the first 48 bits; the entries of a batch share theirs."""
    millis = f"{int(at.timestamp() * 1000):012x}"
    return f"{millis[:8]}-{millis[8:]}"
