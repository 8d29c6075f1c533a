"""Bodies and responses of decisions that set entries aside."""

from typing import Annotated

from pydantic import Field

from contracts.identifiers import Sequence, Sha256
from contracts.set_aside import MAX_SET_ASIDE, LawName, NamedEntry
from ledger.entrypoints.api.models.base import Body, CommandResponse, StaffBody


class NamedEntryBody(Body):
    sequence: Sequence
    entry_hash: Sha256


class ProposeSettingAsideBody(StaffBody):
    entries: Annotated[
        list[NamedEntryBody],
        Field(
            min_length=1,
            max_length=MAX_SET_ASIDE,
            description="In the order of the ledger: the entry that breaks the law, and those that build on it.",
        ),
    ]
    law: LawName


class SettingAsideResponse(CommandResponse):
    decision: str


def entries_of(entries: list[NamedEntryBody]) -> tuple[NamedEntry, ...]:
    return tuple(NamedEntry(sequence=one.sequence, entry_hash=one.entry_hash) for one in entries)
