"""Replays a ledger from Kafka, from zero, with nothing but the contracts and a Kafka client."""

from collections import Counter

from contracts.log.chain import LedgerChain, Orphan
from contracts.log.entries import UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Exclusions, Named
from contracts.log.postings import postings
from contracts.log.set_aside import named
from contracts.topics import EVENTS, PREFIX
from runtime.kafka import Connection, PartitionTail

Accounts = Counter[tuple[str, str]]
"""Units by account and license type."""


async def replay(connection: Connection, *, prefix: str = PREFIX, ledger: int = 0) -> tuple[LedgerChain, Accounts]:
    """How far the ledger goes, and what each account holds then; entries that are set aside move nothing (ADR 18)."""
    known: Named = {}
    while True:
        replayed = _Replay(ledger, known)
        async with PartitionTail(connection, prefix + EVENTS.name, ledger, 0) as tail:
            end = await tail.end_offset()
            while tail.next_offset < end:
                for record in await tail.next_batch():
                    replayed.take(record.value or b"")
        again = replayed.exclusions.unknown()
        if again is None:
            return replayed.chain, replayed.accounts
        known = again


class _Replay:
    """One pass over a ledger, which knows what is set aside."""

    def __init__(self, ledger: int, known: Named) -> None:
        self.chain, self.accounts, self.exclusions = LedgerChain(ledger), Accounts(), Exclusions(known)

    def take(self, value: bytes) -> None:
        try:
            entry = self.chain.accept(value)
        except UnknownEventTypeError as error:
            self.chain.advance(error.sequence, entry_hash(value))
            if not self.exclusions.excludes(self.chain.sequence, self.chain.head):
                raise
            return
        if isinstance(entry, Orphan) or self.exclusions.excludes(entry.sequence, self.chain.head):
            return
        for posting in postings(entry.data):
            self.accounts[posting.account, posting.license_type] += posting.units
        if entries := named(entry.data):
            self.exclusions.learn(entry.sequence, entries)
