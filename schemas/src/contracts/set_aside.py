"""Entries that two persons set aside, by place and hash: nobody decides about another entry than they have seen."""

from typing import Annotated

from pydantic import Field

from contracts.identifiers import UUID_PATTERN, Sequence, Sha256
from contracts.models import WireModel

MAX_SET_ASIDE = 100
"""Entries of one decision; more that depend on a bad one are set aside by further decisions."""

DecisionId = Annotated[str, Field(pattern=UUID_PATTERN)]
LawName = Annotated[
    str,
    Field(pattern=r"^[a-z_]{1,40}$", description="The law as /readyz names it.", examples=["account_negative"]),
]


class NamedEntry(WireModel):
    """An entry by its place and the hash of its bytes."""

    sequence: Sequence
    entry_hash: Sha256


NamedEntries = Annotated[
    tuple[NamedEntry, ...],
    Field(
        min_length=1,
        max_length=MAX_SET_ASIDE,
        description="In the order of the ledger: the entry that breaks the law, and those that depend on it.",
    ),
]


def in_order(entries: tuple[NamedEntry, ...]) -> bool:
    """Whether each entry is named once, in the order of the ledger."""
    sequences = [one.sequence for one in entries]
    return sequences == sorted(set(sequences))
