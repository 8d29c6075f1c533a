"""Who may send which commands on which topic, and the proof of it: no command is believed because it lies there."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from contracts.actors import Account, Actor, Device, Operator, Service
from contracts.commands import COMMAND_TYPES, Command, CommandRecord
from contracts.commands.claims import ClaimDevice
from contracts.commands.companies import FoundLedger
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.replacements import ReplaceDevice
from contracts.commands.returns import ReportSpentCertificate, ReturnLicenses
from contracts.documents.device_certificate import Authorities
from contracts.documents.return_document import verify_return
from contracts.documents.xml import DocumentRefused
from contracts.fields import MAX_COMMAND_BYTES
from contracts.sender_proof import MAC, SEAL, OpenedKey, SealBroken, command_mac, unseal
from contracts.topics import COMMANDS, DEVICE_COMMANDS, OPERATOR_COMMANDS, RMA_COMMANDS
from ledger.application.writing.received_command import ReceivedCommand
from ledger.domain.decisions import Rejection
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


def _channel(actor: type[Actor], *commands: type[Command]) -> frozenset[tuple[str, str]]:
    kind = actor.model_fields["kind"].default
    return frozenset((kind, command.model_fields["name"].default) for command in commands)


CHANNELS: Mapping[str, frozenset[tuple[str, str]]] = {
    COMMANDS.name: _channel(Account, *(command for command in COMMAND_TYPES.values() if command is not FoundLedger)),
    DEVICE_COMMANDS.name: _channel(
        Device, RecordLicenseFileDelivery, ReturnLicenses, ReportSpentCertificate, ClaimDevice
    ),
    RMA_COMMANDS.name: _channel(Service, ReplaceDevice),
    OPERATOR_COMMANDS.name: _channel(Operator, FoundLedger),
}
"""What each topic may carry: kinds of actors, and their commands."""


@dataclass(slots=True)
class _Sender:
    """A seal that was opened, and what its token said when it was looked at last."""

    opened: OpenedKey
    token: VerifiedToken | Rejection
    looked_at: float


class Senders:
    """Reads records of the topics of commands; a token is verified once in a while, whatever comes under it."""

    def __init__(
        self,
        *,
        topic_prefix: str,
        keys: Sequence[X25519PrivateKey],
        tokens: Tokens,
        trusted: Authorities,
        clock: Clock,
    ) -> None:
        self._channels = {topic_prefix + name: channel for name, channel in CHANNELS.items()}
        self._keys = keys
        self._tokens = tokens
        self._trusted = trusted
        self._clock = clock
        self._senders: dict[bytes, _Sender] = {}

    def received(self, record: Record) -> ReceivedCommand:
        """The command; raises UndecodableCommandError for what nobody may have sent there, or cannot be read."""
        value = record.value or b""
        sender = self._sender(dict(record.headers), record.partition, value)
        command = decode_command(value)
        actor, name = command.actor, command.command.name
        if (actor.kind, name) not in self._channels[record.topic]:
            raise UndecodableCommandError(f"{record.topic} carries no {name} by {actor.kind}s")
        refusal = self._refused(command.command) if name == "return-licenses" else None
        key, token = sender.opened.key, sender.token
        if actor.kind != "account":
            return ReceivedCommand(command, command.fingerprint(), key, None, None, refusal)
        if isinstance(token, Rejection):
            return ReceivedCommand(command, command.fingerprint(), key, None, None, token)
        if token.account != actor.account or token.company != actor.company:
            raise UndecodableCommandError("its token is of another account")
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
            return self._tokens.verified(token, now=self._now(), late_seconds=LATE_SECONDS)
        except BadCredentials:
            return Rejection("bad_credentials")
        except AccountInactive:
            return Rejection("account_inactive")

    def _refused(self, command: Command) -> Rejection | None:
        """Whoever sends a return has verified its document, and is not believed: the signer verifies it again."""
        if not isinstance(command, ReturnLicenses):
            return None
        try:
            raw = b64decode(command.document, validate=True)
            document = verify_return(raw, trusted=self._trusted, now=self._now(), serial=command.serial)
        except DocumentRefused as error:
            return Rejection(error.code)
        except ValueError:
            return Rejection("document_malformed")
        return None if document.command() == command else Rejection("signature_invalid")

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def decode_command(value: bytes) -> CommandRecord:
    """The value of a record of commands; raises UndecodableCommandError."""
    if len(value) > MAX_COMMAND_BYTES:
        raise UndecodableCommandError(f"{len(value)} bytes; a command has at most {MAX_COMMAND_BYTES}")
    try:
        return CommandRecord.from_json_bytes(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UndecodableCommandError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
