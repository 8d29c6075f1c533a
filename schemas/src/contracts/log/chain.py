"""The chain of a ledger: the rule that all logs share, on the ledger's own entries."""

from contracts.events import Event
from contracts.log.entries import GENESIS, LEDGER_ENTRIES, source_of
from contracts.log.hash_chain import HashChain, Orphan


class LedgerChain(HashChain[Event]):
    """How far a reader has come in a ledger."""

    __slots__ = ("ledger",)

    def __init__(self, ledger: int, sequence: int = 0, head: str = GENESIS) -> None:
        super().__init__(LEDGER_ENTRIES, source_of(ledger), sequence, head)
        self.ledger = ledger


__all__ = ["LedgerChain", "Orphan"]
