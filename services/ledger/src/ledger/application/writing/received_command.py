"""A command as the writer has it: read, and with what its proof has shown."""

from typing import NamedTuple

from contracts.actors import Actor
from contracts.commands import CommandRecord
from ledger.domain.decisions import Rejection


class ReceivedCommand(NamedTuple):
    """`refusal` is what the proof alone refuses, whatever the ledger says; `key` is the sender's, for the outcome."""

    record: CommandRecord
    said: str
    key: bytes = b""
    token_id: str | None = None
    token_key_id: str | None = None
    refusal: Rejection | None = None

    @classmethod
    def unproven(cls, record: CommandRecord) -> "ReceivedCommand":
        """One that needs no proof, since it never was on a topic."""
        return cls(record, record.fingerprint())

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def command_id(self) -> str:
        return self.record.command_id

    @property
    def actor(self) -> Actor:
        return self.record.actor

    @property
    def reply_to(self) -> str:
        return self.record.reply_to

    @property
    def correlation_id(self) -> str:
        return self.record.correlation_id

    @property
    def traceparent(self) -> str | None:
        return self.record.traceparent

    def fingerprint(self) -> str:
        return self.said
