"""The AsyncAPI document: every topic with its messages, and who sends and receives there."""

from collections.abc import Iterator
from typing import Any

from contracts.audio.records import ENVELOPES as AUDIO_ENVELOPES
from contracts.log.entries import ENVELOPES
from contracts.publishing.messages import message
from contracts.rma.entries import RMA_ENTRIES
from contracts.support.cases import ENVELOPES as SUPPORT_ENVELOPES
from contracts.topics import (
    AUDIO_EVENTS,
    CASE_COMMAND_TOPICS,
    CASE_EVENTS,
    CASE_OUTCOMES,
    CHECKPOINTS,
    COMMAND_TOPICS,
    DEAD_LETTER_DECISIONS,
    DEAD_LETTERS,
    DEVICE_ACTIVITY,
    EVENTS,
    HANDOVERS,
    LICENSE_FILES,
    OUTCOMES,
    RETURN_RECEIPTS,
    SIGNATURES,
    SUPPORT_CASES,
    TOPICS,
    Topic,
    topic_name,
)

Json = dict[str, Any]

MESSAGES_OF = {
    **{topic.name: ("command",) for topic in COMMAND_TOPICS},
    EVENTS.name: tuple(ENVELOPES),
    OUTCOMES.name: ("outcome",),
    CHECKPOINTS.name: ("checkpoint",),
    **{topic.name: ("rma-command",) for topic in CASE_COMMAND_TOPICS},
    CASE_EVENTS.name: tuple(RMA_ENTRIES.envelopes),
    CASE_OUTCOMES.name: ("outcome",),
    AUDIO_EVENTS.name: tuple(AUDIO_ENVELOPES),
    DEVICE_ACTIVITY.name: ("device-activity",),
    SUPPORT_CASES.name: tuple(SUPPORT_ENVELOPES),
    SIGNATURES.name: ("signature-record",),
    LICENSE_FILES.name: ("license-file",),
    RETURN_RECEIPTS.name: ("return-receipt",),
    **{topic.name: ("dead-letter",) for topic in DEAD_LETTERS.values()},
    DEAD_LETTER_DECISIONS.name: ("dead-letter-decision",),
    HANDOVERS.name: ("hand-over",),
}
"""What each topic carries."""


def asyncapi() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Licensing ledger",
            "version": "1.0.0",
            "description": "Every movement of a license is one immutable event on ledger.events, in CloudEvents 1.0. "
            "Batches of records are compressed with zstd.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations()),
        "components": {"messages": {name: message(name) for names in MESSAGES_OF.values() for name in names}},
    }


def _channel(topic: Topic) -> Json:
    return {
        "address": topic_name(topic),
        "description": f"Key: {topic.key}. Kept: {_kept(topic)}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in MESSAGES_OF[topic.name]},
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


def _operations() -> Iterator[tuple[str, Json]]:
    for topic in TOPICS:
        channel = {"$ref": f"#/channels/{topic.name}"}
        for action, services in (("send", topic.writers), ("receive", topic.readers)):
            for service in services:
                yield f"{service}.{action}.{topic.name}", {"action": action, "channel": channel}


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "the newest of each key"
    return "for ever" if topic.retention_ms < 0 else f"{topic.retention_ms // 86_400_000} days"
