"""A command on its way to the writer of a log: the value of a record of one of the topics of commands."""

import hashlib
from typing import Any

from contracts.actors import Actor
from contracts.fields import Address, CorrelationId, Traceparent
from contracts.identifiers import CommandId
from contracts.models import WireModel


class AskedCommand(WireModel):
    """What all logs' records of commands say; each has a `command` of its own besides.

    `command_id` makes repeating harmless; `reply_to` names who awaits the outcome. Who sends it
    is proven by headers; see contracts.sender_proof.
    """

    command_id: CommandId
    actor: Actor
    reply_to: Address
    correlation_id: CorrelationId
    traceparent: Traceparent | None = None
    command: Any

    @property
    def name(self) -> str:
        """Which command it is."""
        return str(self.command.name)

    def fingerprint(self) -> str:
        """SHA-256 of who asked for what: a repeated id must say the same again."""
        # Defaults are left out, so that a field added later does not change what an old command said.
        said = self.command.__pydantic_serializer__.to_json(self.command, exclude_defaults=True)
        who = f"licensing/command-said/v1\n{self.actor}\n{self.command.name}\n"
        return hashlib.sha256(who.encode() + said).hexdigest()
