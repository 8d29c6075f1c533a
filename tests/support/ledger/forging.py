"""Entries by somebody who may write to the log and has its right next place, but not its rules."""

from datetime import UTC, datetime

from contracts.events import Event
from contracts.log.chain import LedgerChain
from contracts.log.entries import UnknownEventTypeError, encode_entry, entry_hash
from contracts.topics import EVENTS
from runtime.kafka import Producer
from tests.support.kafka_topics import KafkaTopics
from tests.support.ledger.load import all_records


async def append(topics: KafkaTopics, value: bytes, ledger: int = 0) -> None:
    async with Producer(topics.connection(), client_id="somebody") as producer:
        await producer.send_many(topics.name(EVENTS), ledger, [(str(ledger).encode(), value, ())])


async def forge(topics: KafkaTopics, event: Event, ledger: int = 0) -> bytes:
    """Append the event as the next entry, whatever the rules say; the entry."""
    value = next_entry(await all_records(topics, ledger), event, ledger)
    await append(topics, value, ledger)
    return value


def next_entry(values: list[bytes], event: Event, ledger: int = 0, *, at: datetime | None = None) -> bytes:
    """The event where it links to a log that has not been forged before."""
    chain = LedgerChain(ledger)
    for value in values:
        try:
            chain.accept(value)
        except UnknownEventTypeError as error:
            chain.advance(error.sequence, entry_hash(value))
    return encode_entry(
        event,
        ledger=ledger,
        sequence=chain.sequence + 1,
        prev=chain.head,
        at=at or datetime.now(UTC),
        command_id="f" * 64,
        command_hash="f" * 64,
        actor="service:somebody",
        correlation_id="forged",
    )
