"""Bodies of decisions that set entries of a log aside (ADR 18)."""

from typing import Annotated

from pydantic import Field

from contracts.commands.set_aside import ProposeSettingAside
from contracts.identifiers import Sequence, Sha256
from contracts.set_aside import MAX_SET_ASIDE, LawName, NamedEntry
from contracts.texts import Reason, Reference
from runtime.web.bodies import Body


class NamedEntryBody(Body):
    sequence: Sequence
    entry_hash: Sha256


class ProposeSettingAsideBody(Body):
    reason: Reason
    reference: Reference
    entries: Annotated[
        list[NamedEntryBody],
        Field(
            min_length=1,
            max_length=MAX_SET_ASIDE,
            description="In the order of the log: the entry that breaks the law, and those that build on it.",
        ),
    ]
    law: LawName

    def command(self, decision: str) -> ProposeSettingAside:
        """The command that it asks for."""
        entries = tuple(NamedEntry(sequence=one.sequence, entry_hash=one.entry_hash) for one in self.entries)
        return ProposeSettingAside(
            decision=decision, entries=entries, law=self.law, reason=self.reason, reference=self.reference
        )
