"""The messages of the AsyncAPI document: key, headers and value of a Kafka record of each kind."""

from collections.abc import Iterable
from typing import Any

from contracts.audio.conversions import JOB_PATTERN
from contracts.audio.events import EVENT_TYPES as AUDIO_EVENT_TYPES
from contracts.dead_letters import LETTER_KEY, DeadLetterDecision
from contracts.device_activity import DeviceActivity
from contracts.documents.published import (
    FILE_HEADERS,
    FILE_KEY,
    RECEIPT_HEADERS,
    RECEIPT_KEY,
    PublishedLicenseFile,
    PublishedReturnReceipt,
)
from contracts.events import EVENT_TYPES
from contracts.handovers import HandOver
from contracts.identifiers import SERIAL_PATTERN
from contracts.log.checkpoint import MAX_NOTE_BYTES
from contracts.log.envelope import CONTENT_TYPE
from contracts.models import WireModel
from contracts.publishing.json_schemas import json_schema
from contracts.rma.events import EVENT_TYPES as RMA_EVENT_TYPES
from contracts.sender_proof import MAC, SEAL
from contracts.support.cases import EVENT_TYPES as SUPPORT_EVENT_TYPES
from contracts.support.cases import KEY_PATTERN as SUPPORT_KEY
from contracts.topics import PREFIX

Json = dict[str, Any]

_EVENTS: dict[str, type[WireModel]] = {
    **EVENT_TYPES,
    **RMA_EVENT_TYPES,
    **AUDIO_EVENT_TYPES,
    **SUPPORT_EVENT_TYPES,
}
_DOCUMENTS: dict[str, tuple[type[WireModel], tuple[str, ...], str]] = {
    "license-file": (PublishedLicenseFile, FILE_HEADERS, FILE_KEY),
    "return-receipt": (PublishedReturnReceipt, RECEIPT_HEADERS, RECEIPT_KEY),
}
"""The messages that are signed documents: their model, headers, and keys."""
_LEDGER = "^(0|[1-9][0-9]{0,2})$"
_KEYS = {**dict.fromkeys(AUDIO_EVENT_TYPES, JOB_PATTERN), **dict.fromkeys(SUPPORT_EVENT_TYPES, SUPPORT_KEY)}
"""Of events that are not keyed by their ledger alone."""
_ADDRESS = "^[a-z][a-z0-9-]{0,79}$"
_KEY_ID = "^[0-9a-f]{32}$"


def message(name: str) -> Json:
    """The message of an event type, or of another name that a topic carries."""
    if name in _EVENTS:
        return {"name": name} | _entry(name)
    if name in _DOCUMENTS:
        return {"name": name} | _document(name)
    return {"name": name} | _OTHERS[name]


def _entry(name: str) -> Json:
    said = {"type": "string", "const": CONTENT_TYPE, "description": "Older records have no headers."}
    return {
        "summary": _first_line(_EVENTS[name]),
        "contentType": CONTENT_TYPE,
        "headers": _headers({"content-type": said}, required=()),
        "payload": _schema(name.removeprefix(PREFIX)),
        "bindings": _key(_KEYS.get(name, _LEDGER)),
    }


def _document(name: str) -> Json:
    model, headers, key = _DOCUMENTS[name]
    schema = json_schema(model)
    fields = {header: schema["properties"][header.replace("-", "_")] for header in headers}
    required = [header for header in headers if header.replace("-", "_") in schema["required"]]
    return {
        "summary": _first_line(model),
        "contentType": "application/xml",
        "headers": _headers({header: _header(told) for header, told in fields.items()}, required=required),
        "payload": {
            "type": "string",
            "contentMediaType": "application/xml",
            "maxLength": schema["properties"]["document"]["maxLength"],
        },
        "bindings": _key(key),
    }


def _header(told: Json) -> Json:
    """A header as text: what its field says, numbers in decimal."""
    if "anyOf" in told:
        (told,) = (one for one in told["anyOf"] if one.get("type") != "null")
    if told["type"] != "integer":
        return {name: told[name] for name in ("type", "pattern", "description")}
    return _decimal(f"{told['description']} Decimal, {told['minimum']} to {told['maximum']}.")


def _first_line(model: type[WireModel]) -> str:
    return (model.__doc__ or "").split("\n")[0]


def _headers(fields: Json, *, required: Iterable[str]) -> Json:
    return {"type": "object", "required": list(required), "properties": fields}


def _decimal(description: str) -> Json:
    return {"type": "string", "pattern": "^(0|[1-9][0-9]*)$", "description": description}


def _octets(description: str) -> Json:
    return {"type": "string", "format": "binary", "description": description}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _schema(name: str) -> Json:
    return {"$ref": f"json/{name}.schema.json"}


def _key(pattern: str) -> Json:
    return {"kafka": {"key": {"type": "string", "pattern": pattern}, "bindingVersion": "0.5.0"}}


def _command(name: str) -> Json:
    seal = _octets("A key for the writer, with the access token behind the command, sealed by HPKE (RFC 9180).")
    mac = _octets("Keyed BLAKE2b (RFC 7693) under that key, over the ledger and the value: 32 bytes.")
    return {
        "summary": f"One {name}; its headers prove who sends it.",
        "contentType": "application/json",
        "headers": _headers({SEAL: seal, MAC: mac}, required=(SEAL, MAC)),
        "payload": _schema(name),
        "bindings": _key(_LEDGER),
    }


_OTHERS: dict[str, Json] = {
    "command": _command("command"),
    "rma-command": _command("rma-command"),
    "outcome": {
        "summary": "What became of a command; its header proves who decided it.",
        "contentType": "application/json",
        "headers": _headers(
            {MAC: _octets("Keyed BLAKE2b under the key that the command was sealed with, over the value: 32 bytes.")},
            required=(MAC,),
        ),
        "payload": _schema("outcome"),
        "bindings": _key(_ADDRESS),
    },
    "checkpoint": {
        "summary": "The newest signed tree head of a ledger: a C2SP signed note (c2sp.org/tlog-checkpoint).",
        "contentType": "text/plain",
        "headers": _headers({}, required=()),
        "payload": {"type": "string", "maxLength": MAX_NOTE_BYTES},
        "bindings": _key(_LEDGER),
    },
    "signature-record": {
        "summary": "A signature that the signer made, recorded before it left.",
        "contentType": "application/json",
        "headers": _headers({}, required=()),
        "payload": _schema("signature-record"),
        "bindings": _key(_KEY_ID),
    },
    "device-activity": {
        "summary": _first_line(DeviceActivity),
        "contentType": "application/json",
        "headers": _headers({}, required=()),
        "payload": json_schema(DeviceActivity),
        "bindings": _key(SERIAL_PATTERN),
    },
    "dead-letter": {
        "summary": "A record that nobody could use: its value, cut at 256 KiB, and its headers as `kept-*`.",
        "contentType": "application/octet-stream",
        "headers": _headers(
            {
                "reason": _text("Why nobody could use it; at most 500 characters."),
                "topic": _text("The topic that it lay on."),
                "partition": _decimal("Its partition there."),
                "offset": _decimal("Its offset there."),
                "bytes": _decimal("How long its value was."),
                "headers": _decimal("How many headers it had; absent if they were too many or too long to be kept."),
            },
            required=("reason", "topic", "partition", "offset", "bytes"),
        ),
        "payload": {"type": "string", "format": "binary"},
    },
    "hand-over": {
        "summary": _first_line(HandOver),
        "contentType": "application/json",
        "headers": _headers({}, required=()),
        "payload": json_schema(HandOver),
        "bindings": _key(r"^(ledger|rma)-writer$"),
    },
    "dead-letter-decision": {
        "summary": _first_line(DeadLetterDecision),
        "contentType": "application/json",
        "headers": _headers({}, required=()),
        "payload": json_schema(DeadLetterDecision),
        "bindings": _key(LETTER_KEY),
    },
}
"""What is neither an entry nor a signed document."""
