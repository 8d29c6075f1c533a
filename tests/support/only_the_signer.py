"""An entry on the log of the running stack that only the signer's laws refuse, and the log as it lies there."""

from collections.abc import Sequence
from datetime import UTC, datetime

from contracts.events.devices import LicensesAllocated
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import encode_entry
from contracts.topics import EVENTS, topic_name
from dev.demo.story import Story
from dev.stack.parts import Kit
from runtime.kafka import Producer
from simulator.cast import PARTNER
from tests.support.reading import records_of

LOG = topic_name(EVENTS)


async def log_of(kit: Kit) -> list[bytes]:
    """The whole partition, as the runbook says to save it."""
    return [record.value or b"" for record in await records_of(kit.broker().connection("auditor"), LOG)]


async def append(kit: Kit, values: Sequence[bytes]) -> None:
    async with Producer(kit.broker().connection("ledger-writer"), client_id="somebody") as producer:
        await producer.send_many(LOG, 0, [(b"0", value, ()) for value in values])


def of_a_class_that_it_has_not(story: Story, values: Sequence[bytes]) -> bytes:
    """The next entry, by somebody who got at the topic: a port of another class, which only the signer sees."""
    chain = LedgerChain(0)
    for value in values:
        chain.accept(value)
    lots = (Lot(license_type="Channel", license_class="gateway", count=4),)
    ports = (Lot(license_type="Port11", license_class="gateway", count=21),)
    device = DeviceLicenses(serial=story.serial, project=story.project, generation=1, issue=3, licenses=(*lots, *ports))
    taken = (Lot(license_type="Port11", license_class="gateway", count=1),)
    return encode_entry(
        LicensesAllocated(company=PARTNER, lots=taken, device=device),
        ledger=0,
        sequence=chain.sequence + 1,
        prev=chain.head,
        at=datetime.now(UTC),
        command_id="f" * 64,
        command_hash="f" * 64,
        actor="service:somebody",
        correlation_id="forged",
    )


def hashes_of(values: Sequence[bytes]) -> list[str]:
    """The hash of each entry; a writer that lost a term may have left an orphan among the records."""
    chain = LedgerChain(0)
    return [chain.head for value in values if not isinstance(chain.accept(value), Orphan)]
