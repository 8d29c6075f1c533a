"""What became of a command: the value of a record of ledger.outcomes, keyed by the reply address.

`command_hash` is the fingerprint of what was asked, so that nobody takes the answer to another question under the same
id for their own. `mac` is made under the key that came with the command: only the writer could open its seal.
"""

import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.fields import Address
from contracts.identifiers import CommandId, LedgerNumber, Sequence, Sha256
from contracts.models import WireModel
from contracts.sender_proof import outcome_mac, same_mac

MAX_NAMED_ENTRIES = 100
"""Entries that a refusal names; most rest on one, and the limit of returns on some."""


class _Outcome(WireModel):
    command_id: CommandId
    command_hash: Sha256
    reply_to: Address
    ledger: LedgerNumber
    mac: Sha256 | None = None

    def said(self) -> str:
        """All that it says but its MAC, in one form."""
        raise NotImplementedError

    def is_of_writer(self, key: bytes) -> bool:
        """Whether the writer that was asked has said this; `key` is the one that was sealed for it."""
        return self.mac is not None and same_mac(self.mac, outcome_mac(key, self.said()))


class Accepted(_Outcome):
    """The command is entry `sequence`. `repeated` if it had been so before this repetition of it."""

    status: Literal["accepted"] = "accepted"
    sequence: Sequence
    repeated: bool = False

    def said(self) -> str:
        return f"accepted\n{self.command_id}\n{self.command_hash}\n{self.ledger}\n{self.sequence}\n{self.repeated}"


class Rejected(_Outcome):
    """The command was refused, and nothing has changed; `code` is a row of contracts.refusals.

    `entries` are those that the refusal rests on, where one can name them.
    """

    status: Literal["rejected"] = "rejected"
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    details: dict[str, str | int] = Field(default_factory=dict)
    entries: Annotated[tuple[Sequence, ...], Field(max_length=MAX_NAMED_ENTRIES)] = ()

    def said(self) -> str:
        why = json.dumps([self.code, self.details, self.entries], sort_keys=True)
        return f"rejected\n{self.command_id}\n{self.command_hash}\n{self.ledger}\n{why}"


Outcome = Annotated[Accepted | Rejected, Field(discriminator="status")]

_OUTCOME: TypeAdapter[Accepted | Rejected] = TypeAdapter(Outcome)


def decode_outcome(value: bytes) -> Accepted | Rejected:
    """Read a record value; raises pydantic.ValidationError."""
    return _OUTCOME.validate_json(value)
