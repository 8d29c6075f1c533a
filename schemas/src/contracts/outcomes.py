"""What became of a command: the value of a record of ledger.outcomes, keyed by the reply address.

`command_hash` is the fingerprint of what was asked, so that nobody takes the answer to another question under the same
id for their own.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.fields import Address
from contracts.identifiers import CommandId, LedgerNumber, Sequence, Sha256
from contracts.models import WireModel

MAX_NAMED_ENTRIES = 100
"""Entries that a refusal names; most rest on one, and the limit of returns on some."""


class Accepted(WireModel):
    """The command is entry `sequence`. `repeated` if it had been so before this repetition of it.

    `issue` is the number of the license file that the entry gives a device; an answer to a repetition lacks it.
    """

    status: Literal["accepted"] = "accepted"
    command_id: CommandId
    command_hash: Sha256
    reply_to: Address
    ledger: LedgerNumber
    sequence: Sequence
    repeated: bool = False
    issue: Annotated[int, Field(ge=1)] | None = None


class Rejected(WireModel):
    """The command was refused, and nothing has changed; `code` is a row of contracts.refusals.

    `entries` are those that the refusal rests on, where one can name them.
    """

    status: Literal["rejected"] = "rejected"
    command_id: CommandId
    command_hash: Sha256
    reply_to: Address
    ledger: LedgerNumber
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    details: dict[str, str | int] = Field(default_factory=dict)
    entries: Annotated[tuple[Sequence, ...], Field(max_length=MAX_NAMED_ENTRIES)] = ()


Outcome = Annotated[Accepted | Rejected, Field(discriminator="status")]

_OUTCOME: TypeAdapter[Accepted | Rejected] = TypeAdapter(Outcome)


def decode_outcome(value: bytes) -> Accepted | Rejected:
    """Read a record value; raises pydantic.ValidationError."""
    return _OUTCOME.validate_json(value)
