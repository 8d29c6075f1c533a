"""Reading on behind an entry that breaks a law: nothing is believed there but a decision that sets the entry aside."""

from typing import Generic, TypeVar

from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.entries import UnknownEventTypeError, entry_hash
from contracts.log.exclusions import Exclusions, Named
from contracts.log.hash_chain import HashChain, Orphan
from contracts.log.set_aside import named, wrong
from contracts.models import WireModel

E = TypeVar("E", bound=WireModel)


class StoppedReading(Generic[E]):
    """Goes on from where a reading stopped, at the entry that the chain has come to."""

    def __init__(self, chain: HashChain[E], exclusions: Exclusions) -> None:
        self._chain = chain
        self._exclusions = exclusions
        self._sequence, self._hash = chain.sequence, chain.head
        self._proposals: dict[str, SettingAsideProposed] = {}

    def take(self, value: bytes) -> Named | None:
        """What another reading has to know, if the next record is the decision; else nothing."""
        try:
            entry = self._chain.accept(value)
        except UnknownEventTypeError as error:
            self._chain.advance(error.sequence, entry_hash(value))
            return None
        return None if isinstance(entry, Orphan) else self._decided(entry.sequence, entry.data)

    @property
    def waiting(self) -> tuple[SettingAsideProposed, ...]:
        """Proposals that nobody has approved."""
        return tuple(self._proposals.values())

    def _decided(self, sequence: int, event: object) -> Named | None:
        if isinstance(event, SettingAsideProposed):
            self._proposals.setdefault(event.decision, event)
        if not isinstance(event, EntriesSetAside) or wrong(event, self._proposals.pop(event.decision, None)):
            return None
        entries = named(event)
        if entries.items() <= self._exclusions.known.items() or self._is_about_this(entries):
            return self._exclusions.learn(sequence, entries)
        return None

    def _is_about_this(self, entries: Named) -> bool:
        return min(entries) == self._sequence and entries[self._sequence] == self._hash
