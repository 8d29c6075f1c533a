"""The one declaration of topics: who writes and reads what, how it is keyed, and how long it is kept.

The local broker, the manifests, the access rights and AsyncAPI are made from it or checked against it.
"""

from dataclasses import dataclass, replace
from typing import Literal

DAY_MS = 24 * 60 * 60 * 1000
FOR_EVER = -1
PREFIX = "licensing."
MAX_RECORD_BYTES = 128 * 1024  # an entry is at most 60 KiB; a license file carries one in base64 and a proof
CLOCK_AHEAD_MS = 5 * 60 * 1000
"""No entry's time is before the last one's, so one that is far ahead would stay. A command from further ahead would
make the writer doubt its own clock, and an outcome from there says what was refused by a wrong one."""
MAX_BATCH_BYTES = 1024 * 1024  # Kafka bounds a batch of records, not a record: what one producer sends at once


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `partitions` is per ledger where `per_ledger`; `retention_ms` -1 keeps records without limit.

    `ahead_ms` is how far ahead of the broker's clock a record may be stamped, where that is not left to the broker.
    """

    name: str
    key: str
    partitions: int
    cleanup: Literal["delete", "compact"]
    retention_ms: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    per_ledger: bool = False
    ahead_ms: int | None = None

    def config(self) -> dict[str, str]:
        """Its settings on the broker."""
        return {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(MAX_BATCH_BYTES),
            "message.timestamp.type": "CreateTime",
        } | ({} if self.ahead_ms is None else {"message.timestamp.after.max.ms": str(self.ahead_ms)})


COMMANDS = Topic(
    "ledger.commands",
    key="ledger",
    partitions=1,
    per_ledger=True,
    cleanup="delete",
    retention_ms=7 * DAY_MS,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("ledger-api",),
    readers=("ledger-writer",),
)
DEVICE_COMMANDS = replace(COMMANDS, name="ledger.device-commands", writers=("device-sync",))
RMA_COMMANDS = replace(COMMANDS, name="ledger.rma-commands", writers=("rma",))
OPERATOR_COMMANDS = replace(COMMANDS, name="ledger.operator-commands", writers=("operator",))
COMMAND_TOPICS = (COMMANDS, DEVICE_COMMANDS, RMA_COMMANDS, OPERATOR_COMMANDS)
"""One for each service that sends commands: the broker lets nobody else write there (decision D19)."""
EVENTS = Topic(
    "ledger.events",
    key="ledger",
    partitions=1,
    per_ledger=True,
    cleanup="delete",
    retention_ms=FOR_EVER,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("ledger-writer",),
    readers=(
        "ledger-writer",
        "ledger-projector",
        "signer",
        "rma-writer",
        "rma-api",
        "rma",
        "portal",
        "auditor",
        "backup",
    ),
)
OUTCOMES = Topic(
    "ledger.outcomes",
    key="reply address",
    partitions=8,
    cleanup="delete",
    retention_ms=DAY_MS,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("ledger-writer",),
    readers=("ledger-api", "rma", "device-sync", "operator"),
)
CHECKPOINTS = Topic(
    "ledger.checkpoints",
    key="ledger",
    partitions=1,
    cleanup="compact",
    retention_ms=FOR_EVER,
    writers=("signer",),
    readers=("signer", "auditor", "backup"),
)
LICENSE_FILES = Topic(
    "signer.license-files",
    key="ledger/serial",
    partitions=8,
    cleanup="compact",
    retention_ms=FOR_EVER,
    writers=("signer",),
    readers=("signer", "device-sync", "ledger-projector"),
)
RETURN_RECEIPTS = Topic(
    "signer.return-receipts",
    key="ledger/serial/generation",
    partitions=8,
    cleanup="compact",
    retention_ms=FOR_EVER,
    writers=("signer",),
    readers=("signer", "device-sync", "ledger-projector"),
)
SIGNATURES = Topic(
    "signer.audit",
    key="key id",
    partitions=1,
    cleanup="delete",
    retention_ms=FOR_EVER,
    writers=("signer",),
    readers=("auditor", "backup"),
)
CASE_COMMANDS = replace(COMMANDS, name="rma.commands", writers=("rma-api",), readers=("rma-writer",))
CASE_SERVICE_COMMANDS = replace(CASE_COMMANDS, name="rma.service-commands", writers=("rma",))
CASE_COMMAND_TOPICS = (CASE_COMMANDS, CASE_SERVICE_COMMANDS)
"""What is asked of the log of RMA cases: by people, and by the process manager of the same service."""
CASE_EVENTS = replace(
    EVENTS,
    name="rma.events",
    writers=("rma-writer",),
    readers=("rma-writer", "rma-projector", "rma", "ledger-writer", "portal", "auditor", "backup"),
)
CASE_OUTCOMES = replace(OUTCOMES, name="rma.outcomes", writers=("rma-writer",), readers=("rma-api", "rma"))

AUDIO_EVENTS = Topic(
    "audio.events",
    key="conversion",
    partitions=8,
    cleanup="delete",
    retention_ms=FOR_EVER,
    writers=("audio-api", "audio-worker"),
    readers=("audio-worker", "audio-projector", "backup"),
)

DEVICE_ACTIVITY = Topic(
    "device.activity",
    key="serial",
    partitions=8,
    cleanup="delete",
    retention_ms=30 * DAY_MS,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("device-sync",),
    readers=("ledger-projector",),
)

SUPPORT_CASES = Topic(
    "support.cases",
    key="ledger/number",
    partitions=1,
    cleanup="compact",
    retention_ms=FOR_EVER,
    writers=("help-desk",),
    readers=("ledger-projector",),
)
"""Written by the help desk's own system, which is no part of this one (ADR 34)."""


def _dead_letters(service: str) -> Topic:
    return Topic(
        f"{service}.dead-letters",
        key="as the source",
        partitions=1,
        cleanup="delete",
        retention_ms=30 * DAY_MS,
        writers=(service,),
        readers=tuple(dict.fromkeys((service, "operator"))),
    )


DEAD_LETTERS: dict[str, Topic] = {
    service: _dead_letters(service)
    for service in (
        "ledger-writer",
        "ledger-projector",
        "ledger-api",
        "signer",
        "device-sync",
        "rma-writer",
        "rma-projector",
        "rma-api",
        "rma",
        "audio-projector",
        "operator",
    )
}
DEAD_LETTER_DECISIONS = Topic(
    "operator.dead-letter-decisions",
    key="service/offset@time",
    partitions=1,
    cleanup="delete",
    retention_ms=FOR_EVER,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("operator",),
    readers=("operator", "auditor", "backup"),
)
"""Who settled which dead letter, how and why; the first decision about a letter counts."""
HANDOVERS = Topic(
    "operator.handovers",
    key="writer",
    partitions=1,
    cleanup="delete",
    retention_ms=30 * DAY_MS,
    ahead_ms=CLOCK_AHEAD_MS,
    writers=("operator",),
    readers=("ledger-writer", "rma-writer", "auditor"),
)
"""Which process of a writer is to leave its logs to others: it can cost seconds without a leader, and nothing else."""
REPLAYABLE: tuple[Topic, ...] = (*COMMAND_TOPICS, *CASE_COMMAND_TOPICS)
"""Where a dead letter may be sent again: its reader decides a command once, however often it comes. What lies on a log
is read there again by whoever starts, documents are made again by the signer, and nobody waits for a late outcome."""
BACKED_UP: tuple[Topic, ...] = (
    EVENTS,
    CASE_EVENTS,
    CHECKPOINTS,
    SIGNATURES,
    AUDIO_EVENTS,
    DEAD_LETTER_DECISIONS,
)
"""What nothing else brings back. License files and receipts are made again, byte for byte, by the signer."""
TOPICS: tuple[Topic, ...] = (
    *COMMAND_TOPICS,
    EVENTS,
    OUTCOMES,
    CHECKPOINTS,
    LICENSE_FILES,
    RETURN_RECEIPTS,
    SIGNATURES,
    *CASE_COMMAND_TOPICS,
    CASE_EVENTS,
    CASE_OUTCOMES,
    AUDIO_EVENTS,
    DEVICE_ACTIVITY,
    SUPPORT_CASES,
    *DEAD_LETTERS.values(),
    DEAD_LETTER_DECISIONS,
    HANDOVERS,
)


def topic_name(topic: Topic, prefix: str = PREFIX) -> str:
    """Its name on the broker."""
    return prefix + topic.name
