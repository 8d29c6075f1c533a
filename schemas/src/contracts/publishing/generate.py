"""Writes what others read: JSON Schemas, the AsyncAPI document, reference pages. `make generate`.

The files are committed; a test makes them anew and compares, so they say what the code says.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from contracts.audio.events import EVENT_TYPES as AUDIO_EVENT_TYPES
from contracts.audio.records import ENVELOPES as AUDIO_ENVELOPES
from contracts.commands import CommandRecord
from contracts.documents.published import (
    FILE_HEADERS,
    FILE_KEY,
    RECEIPT_HEADERS,
    RECEIPT_KEY,
    PublishedLicenseFile,
    PublishedReturnReceipt,
)
from contracts.documents.signature_record import SignatureRecord
from contracts.events import EVENT_TYPES
from contracts.log.entries import ENVELOPES
from contracts.models import WireModel
from contracts.outcomes import Outcome
from contracts.publishing.reference import pages
from contracts.rma.commands import RmaCommandRecord
from contracts.rma.entries import RMA_ENTRIES
from contracts.rma.events import EVENT_TYPES as RMA_EVENT_TYPES
from contracts.topics import (
    AUDIO_EVENTS,
    CASE_COMMAND_TOPICS,
    CASE_EVENTS,
    CASE_OUTCOMES,
    COMMAND_TOPICS,
    EVENTS,
    LICENSE_FILES,
    OUTCOMES,
    PREFIX,
    RETURN_RECEIPTS,
    SIGNATURES,
    TOPICS,
    Topic,
    topic_name,
)

ROOM = Path(__file__).resolve().parents[3]
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
ALL_EVENT_TYPES: dict[str, type[WireModel]] = {**EVENT_TYPES, **RMA_EVENT_TYPES, **AUDIO_EVENT_TYPES}
MESSAGES_OF = {
    **{topic.name: ("command",) for topic in COMMAND_TOPICS},
    EVENTS.name: tuple(ENVELOPES),
    OUTCOMES.name: ("outcome",),
    **{topic.name: ("rma-command",) for topic in CASE_COMMAND_TOPICS},
    CASE_EVENTS.name: tuple(RMA_ENTRIES.envelopes),
    CASE_OUTCOMES.name: ("outcome",),
    AUDIO_EVENTS.name: tuple(AUDIO_ENVELOPES),
    SIGNATURES.name: ("signature-record",),
    LICENSE_FILES.name: ("license-file",),
    RETURN_RECEIPTS.name: ("return-receipt",),
}
PUBLISHED: dict[str, tuple[type[WireModel], tuple[str, ...], str]] = {
    "license-file": (PublishedLicenseFile, FILE_HEADERS, FILE_KEY),
    "return-receipt": (PublishedReturnReceipt, RECEIPT_HEADERS, RECEIPT_KEY),
}
"""The messages that are signed documents: their model, headers, and keys."""


class _OnlyJsonSchema(GenerateJsonSchema):
    """Without `discriminator`, which is OpenAPI's own keyword: as an object it makes an AsyncAPI document invalid."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        said = super().tagged_union_schema(schema)
        said.pop("discriminator", None)
        return said


def files() -> Iterator[tuple[str, str]]:
    """Each generated file: its path below schemas/, and its text."""
    for name, schema in _schemas():
        head = {"$schema": JSON_SCHEMA, "$id": f"urn:licensing:schema:{name}"}
        yield f"json/{name}.schema.json", _text(head | schema)
    yield "asyncapi.json", _text(_asyncapi())
    for name, text in pages():
        yield f"../docs/reference/{name}", text


def _envelopes() -> dict[str, type[WireModel]]:
    return {**ENVELOPES, **RMA_ENTRIES.envelopes, **AUDIO_ENVELOPES}


def _schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    for event_type, envelope in _envelopes().items():
        yield event_type.removeprefix(PREFIX), _schema(envelope, mode="serialization")
    yield "command", _schema(CommandRecord)
    yield "rma-command", _schema(RmaCommandRecord)
    yield "outcome", _schema(Outcome)
    yield "signature-record", _schema(SignatureRecord)


def _schema(model: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    return TypeAdapter[Any](model).json_schema(mode=mode, schema_generator=_OnlyJsonSchema)


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Licensing ledger",
            "version": "1.0.0",
            "description": "Every movement of a license is one immutable event on ledger.events, in CloudEvents 1.0.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations()),
        "components": {"messages": {name: _message(name) for names in MESSAGES_OF.values() for name in names}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic_name(topic),
        "description": f"Key: {topic.key}. Kept: {_kept(topic)}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in MESSAGES_OF.get(topic.name, ())},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": int(topic.config()["max.message.bytes"]),
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in TOPICS:
        channel = {"$ref": f"#/channels/{topic.name}"}
        for action, services in (("send", topic.writers), ("receive", topic.readers)):
            for service in services:
                yield f"{service}.{action}.{topic.name}", {"action": action, "channel": channel}


def _message(name: str) -> dict[str, Any]:
    if name in PUBLISHED:
        return _document_message(name)
    known = ALL_EVENT_TYPES.get(name)
    summary = (known.__doc__ or "").split("\n")[0] if known else f"One {name}."
    return {
        "name": name,
        "summary": summary,
        "contentType": "application/cloudevents+json" if known else "application/json",
        "payload": {"$ref": f"json/{name.removeprefix(PREFIX)}.schema.json"},
    }


def _document_message(name: str) -> dict[str, Any]:
    model, headers, key = PUBLISHED[name]
    schema = model.model_json_schema()
    fields = {header: schema["properties"][header.replace("-", "_")] for header in headers}
    required = [header for header in headers if header.replace("-", "_") in schema["required"]]
    return {
        "name": name,
        "summary": (model.__doc__ or "").split("\n")[0],
        "contentType": "application/xml",
        "headers": {
            "type": "object",
            "required": required,
            "properties": {header: _header(told) for header, told in fields.items()},
        },
        "payload": {
            "type": "string",
            "contentMediaType": "application/xml",
            "maxLength": schema["properties"]["document"]["maxLength"],
        },
        "bindings": {"kafka": {"key": {"type": "string", "pattern": key}, "bindingVersion": "0.5.0"}},
    }


def _header(told: dict[str, Any]) -> dict[str, Any]:
    """A header as text: what its field says, numbers in decimal."""
    if "anyOf" in told:
        (told,) = (one for one in told["anyOf"] if one.get("type") != "null")
    if told["type"] != "integer":
        return {name: told[name] for name in ("type", "pattern", "description")}
    bounds = f"Decimal, {told['minimum']} to {told['maximum']}."
    return {"type": "string", "pattern": "^(0|[1-9][0-9]*)$", "description": f"{told['description']} {bounds}"}


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "the newest of each key"
    return "for ever" if topic.retention_ms < 0 else f"{topic.retention_ms // 86_400_000} days"


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them below schemas/."""
    for name, text in files():
        path = ROOM / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sys.stdout.write(f"schemas/{name}\n")
