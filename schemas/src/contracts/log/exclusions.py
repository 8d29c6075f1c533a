"""Which entries do not count, as every reader works it out from the log alone (ADR 18).

An entry counts unless a later decision that counts itself names it, by place and hash. A reader that meets a decision
about entries that it has applied, or at which it stopped, begins again at the first entry, knowing what to pass over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Named = Mapping[int, str]
"""Entries by sequence, with the hash that a decision names."""


@dataclass(slots=True)
class Exclusions:
    """What one pass over a log knows to be set aside (`known`), and what it learns on the way."""

    known: Named = field(default_factory=dict[int, str])
    met: set[int] = field(default_factory=set[int])
    """The places at which it passed an entry over."""
    decisions: list[tuple[int, Named]] = field(default_factory=list[tuple[int, Named]])

    def excludes(self, sequence: int, entry_hash: str) -> bool:
        """Whether the entry is passed over; with another hash than the decision named it is not the one."""
        if not self.known or self.known.get(sequence) != entry_hash:
            return False
        self.met.add(sequence)
        return True

    def learn(self, sequence: int, named: Named) -> Named | None:
        """Take the decision at `sequence`; what another pass has to know, if this one did not."""
        self.decisions.append((sequence, named))
        return self.unknown()

    def unknown(self) -> Named | None:
        """All that does not count by the decisions so far, if some of it was not known."""
        excluded = _excluded(self.decisions)
        return None if excluded.items() <= self.known.items() else excluded

    def after(self, sequence: int, named: Named) -> Named:
        """What does not count once the decision at `sequence` does."""
        return _excluded([*self.decisions, (sequence, named)])


def _excluded(decisions: Sequence[tuple[int, Named]]) -> Named:
    """From the last decision to the first: one that is named itself names nothing."""
    excluded: dict[int, str] = {}
    for sequence, entries in reversed(decisions):
        if sequence not in excluded:
            excluded |= entries
    return excluded
