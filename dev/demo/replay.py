"""Replays a ledger from Kafka, from zero, with nothing but the contracts and a Kafka client."""

from collections import Counter

from contracts.log.chain import LedgerChain, Orphan
from contracts.log.postings import postings
from contracts.topics import EVENTS, PREFIX
from runtime.kafka import Connection, PartitionTail

Accounts = Counter[tuple[str, str]]
"""Units by account and license type."""


async def replay(connection: Connection, *, prefix: str = PREFIX, ledger: int = 0) -> tuple[LedgerChain, Accounts]:
    """How far the ledger goes, and what each account holds then."""
    chain, accounts = LedgerChain(ledger), Accounts()
    async with PartitionTail(connection, prefix + EVENTS.name, ledger, 0) as tail:
        end = await tail.end_offset()
        while tail.next_offset < end:
            for record in await tail.next_batch():
                entry = chain.accept(record.value or b"")
                if not isinstance(entry, Orphan):
                    for posting in postings(entry.data):
                        accounts[posting.account, posting.license_type] += posting.units
    return chain, accounts
