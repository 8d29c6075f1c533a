"""Who may send which commands on which topic, and the proof of it: no command is believed because it lies there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Generic, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from contracts.actors import Actor
from contracts.commands.record import AskedCommand
from contracts.decisions import Rejection
from contracts.fields import MAX_COMMAND_BYTES
from contracts.models import WireModel
from contracts.scopes import Area, needed, permits
from contracts.sender_proof import MAC, SEAL, OpenedKey, SealBroken, command_mac, unseal
from runtime.eventlog import UndecodableCommandError
from runtime.kafka import Record
from runtime.tokens import AccountInactive, BadCredentials, Tokens, VerifiedToken

LATE_SECONDS = 1200.0
"""A token may have expired that long before its command is decided: a bulk request takes up to 15 minutes."""
KEPT_SENDERS = 10_000
"""Opened seals that are kept; one is some hundred bytes."""
KEPT_SECONDS = 60.0
"""How long a verified token is taken as valid without a look at the issuer's keys, which may have been revoked."""

Clock = Callable[[], float]
"""Seconds since 1970."""
Asked = TypeVar("Asked", bound=AskedCommand)
Channel = frozenset[tuple[str, str]]
"""What a topic may carry: kinds of actors, and their commands."""


def channel(actor: type[Actor], *commands: type[WireModel]) -> Channel:
    """What a topic carries on which actors of this kind send these commands."""
    kind = actor.model_fields["kind"].default
    return frozenset((kind, command.model_fields["name"].default) for command in commands)


class ReceivedCommand(NamedTuple, Generic[Asked]):
    """A command as a writer has it: read, and with what its proof has shown.

    `refusal` is what the proof alone refuses, whatever the ledger says; `key` is the sender's, for the outcome.
    """

    record: Asked
    said: str
    key: bytes = b""
    token_id: str | None = None
    token_key_id: str | None = None
    refusal: Rejection | None = None

    @classmethod
    def unproven(cls, record: Asked) -> "ReceivedCommand[Asked]":
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


@dataclass(slots=True)
class _Sender:
    """A seal that was opened, and what its token said when it was looked at last."""

    opened: OpenedKey
    token: VerifiedToken | Rejection
    looked_at: float


class Senders(Generic[Asked]):
    """Reads records of the topics of commands; a token is verified once in a while, whatever comes under it."""

    def __init__(
        self,
        record: type[Asked],
        channels: Mapping[str, Channel],
        *,
        area: Area,
        topic_prefix: str,
        keys: Sequence[X25519PrivateKey],
        tokens: Tokens,
        clock: Clock,
    ) -> None:
        self._record = record
        self._scope = needed(area, "POST")
        self._channels = {topic_prefix + name: carried for name, carried in channels.items()}
        self._keys = keys
        self._tokens = tokens
        self._clock = clock
        self._senders: dict[bytes, _Sender] = {}

    def refused(self, command: Any) -> Rejection | None:  # noqa: ARG002 - for those who have something to verify
        """What speaks against a proven command, whatever the log says."""
        return None

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def received(self, record: Record) -> ReceivedCommand[Asked]:
        """The command; raises UndecodableCommandError for what nobody may have sent there, or cannot be read."""
        value = record.value or b""
        sender = self._sender(dict(record.headers), record.partition, value)
        command = decode_command(self._record, value)
        actor, name = command.actor, command.command.name
        if (actor.kind, name) not in self._channels[record.topic]:
            raise UndecodableCommandError(f"{record.topic} carries no {name} by {actor.kind}s")
        key, token = sender.opened.key, sender.token
        if actor.kind != "account":
            refusal = self.refused(command.command)
            return ReceivedCommand(command, command.fingerprint(), key, None, None, refusal)
        if isinstance(token, Rejection):
            return ReceivedCommand(command, command.fingerprint(), key, None, None, token)
        if token.account != actor.account or token.company != actor.company:
            raise UndecodableCommandError("its token is of another account")
        allowed = permits(token.scopes, self._scope)
        refusal = self.refused(command.command) if allowed else Rejection("scope_missing")
        return ReceivedCommand(command, command.fingerprint(), key, token.token_id, token.key_id, refusal)

    def _sender(self, headers: Mapping[str, bytes | None], ledger: int, value: bytes) -> _Sender:
        """Whose command it is, and what its token says now; raises UndecodableCommandError."""
        sealed, mac = headers.get(SEAL), headers.get(MAC)
        if not sealed or not mac:
            raise UndecodableCommandError("it has no proof of who sends it")
        sender = self._senders.get(sealed) or self._opened(sealed)
        if not compare_digest(mac, command_mac(sender.opened.key, ledger, value)):
            raise UndecodableCommandError("its proof is of another command")
        now = self._clock()
        if not 0 <= now - sender.looked_at < KEPT_SECONDS:
            sender.token, sender.looked_at = self._verified(sender.opened.token), now
        return sender

    def _opened(self, sealed: bytes) -> _Sender:
        try:
            opened = unseal(sealed, self._keys)
        except SealBroken as error:
            raise UndecodableCommandError(f"its proof cannot be read: {error}") from None
        if len(self._senders) >= KEPT_SENDERS:
            del self._senders[next(iter(self._senders))]
        self._senders[sealed] = sender = _Sender(opened, self._verified(opened.token), self._clock())
        return sender

    def _verified(self, token: str) -> VerifiedToken | Rejection:
        try:
            return self._tokens.verified(token, now=self.now(), late_seconds=LATE_SECONDS)
        except BadCredentials:
            return Rejection("bad_credentials")
        except AccountInactive:
            return Rejection("account_inactive")


def decode_command(record: type[Asked], value: bytes) -> Asked:
    """The value of a record of commands; raises UndecodableCommandError."""
    if len(value) > MAX_COMMAND_BYTES:
        raise UndecodableCommandError(f"{len(value)} bytes; a command has at most {MAX_COMMAND_BYTES}")
    try:
        return record.from_json_bytes(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UndecodableCommandError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
