"""Who may send which commands on which topic, and the proof of it: no command is believed because it lies there."""

from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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
from contracts.sender_proof import MAX_PROOF_BYTES, OpenedKey, SealBroken, command_mac, same_mac, unseal
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

Clock = Callable[[], datetime]


class Channel(NamedTuple):
    """What a topic may carry."""

    actor: type[Actor]
    commands: frozenset[str]


def _names(*commands: type[Command]) -> frozenset[str]:
    return frozenset(command.model_fields["name"].default for command in commands)


CHANNELS: Mapping[str, Channel] = {
    COMMANDS.name: Channel(Account, frozenset(COMMAND_TYPES) - _names(FoundLedger)),
    DEVICE_COMMANDS.name: Channel(
        Device, _names(RecordLicenseFileDelivery, ReturnLicenses, ReportSpentCertificate, ClaimDevice)
    ),
    RMA_COMMANDS.name: Channel(Service, _names(ReplaceDevice)),
    OPERATOR_COMMANDS.name: Channel(Operator, _names(FoundLedger)),
}


@dataclass(slots=True)
class _Sender:
    """A seal that was opened, and what its token said when it was looked at last."""

    opened: OpenedKey
    token: VerifiedToken | Rejection | None = None
    looked_at: float = 0.0


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
        self._senders: OrderedDict[str, _Sender] = OrderedDict()

    def received(self, record: Record) -> ReceivedCommand:
        """The command; raises UndecodableCommandError for what nobody may have sent there, or cannot be read."""
        command = decode_command(record.value or b"")
        _require_channel(self._channels[record.topic], record.topic, command)
        sender, said = self._proven(command, record.partition)
        now = self._clock()
        refusal: Rejection | None = None
        token: VerifiedToken | None = None
        if isinstance(command.actor, Account):
            found = self._token_of(sender, now)
            if isinstance(found, Rejection):
                refusal = found
            else:
                token = found
                _require_account(token, command.actor)
        if refusal is None and isinstance(command.command, ReturnLicenses):
            refusal = self._refused_return(command.command, now)
        return ReceivedCommand(
            command,
            said,
            key=sender.opened.key,
            token_id=token.token_id if token else None,
            token_key_id=token.key_id if token else None,
            refusal=refusal,
        )

    def _proven(self, command: CommandRecord, ledger: int) -> tuple[_Sender, str]:
        if command.proof is None:
            raise UndecodableCommandError("it has no proof of who sends it")
        sender, said = self._sender(command.proof.sealed), command.fingerprint()
        mac = command_mac(
            sender.opened.key,
            ledger=ledger,
            command_id=command.command_id,
            fingerprint=said,
            reply_to=command.reply_to,
        )
        if not same_mac(mac, command.proof.mac):
            raise UndecodableCommandError("its proof is of another command")
        return sender, said

    def _sender(self, sealed: str) -> _Sender:
        known = self._senders.get(sealed)
        if known is not None:
            self._senders.move_to_end(sealed)
            return known
        try:
            sender = _Sender(unseal(sealed, self._keys))
        except SealBroken as error:
            raise UndecodableCommandError(f"its proof cannot be read: {error}") from None
        self._senders[sealed] = sender
        if len(self._senders) > KEPT_SENDERS:
            self._senders.popitem(last=False)
        return sender

    def _token_of(self, sender: _Sender, now: datetime) -> VerifiedToken | Rejection:
        """What the sender's token says now, or why it counts no more."""
        moment = now.timestamp()
        if sender.token is None or not 0 <= moment - sender.looked_at < KEPT_SECONDS:
            sender.token, sender.looked_at = self._verified(sender.opened.token, now), moment
        return sender.token

    def _verified(self, token: str, now: datetime) -> VerifiedToken | Rejection:
        try:
            return self._tokens.verified(token, now=now, late_seconds=LATE_SECONDS)
        except BadCredentials:
            return Rejection("bad_credentials")
        except AccountInactive:
            return Rejection("account_inactive")

    def _refused_return(self, command: ReturnLicenses, now: datetime) -> Rejection | None:
        """Whoever sends a return has verified its document, and is not believed: the signer verifies it again."""
        try:
            raw = b64decode(command.document, validate=True)
            document = verify_return(raw, trusted=self._trusted, now=now, serial=command.serial)
        except DocumentRefused as error:
            return Rejection(error.code)
        except ValueError:
            return Rejection("document_malformed")
        return None if document.command() == command else Rejection("signature_invalid")


def decode_command(value: bytes) -> CommandRecord:
    """The value of a record of commands; raises UndecodableCommandError."""
    if len(value) > MAX_COMMAND_BYTES + MAX_PROOF_BYTES:
        raise UndecodableCommandError(f"{len(value)} bytes; a command has at most {MAX_COMMAND_BYTES}")
    try:
        command = CommandRecord.from_json_bytes(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UndecodableCommandError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if (size := command.size(len(value))) > MAX_COMMAND_BYTES:
        raise UndecodableCommandError(f"{size} bytes; a command has at most {MAX_COMMAND_BYTES}")
    return command


def _require_channel(channel: Channel, topic: str, command: CommandRecord) -> None:
    if not isinstance(command.actor, channel.actor) or command.name not in channel.commands:
        raise UndecodableCommandError(f"{topic} carries no {command.name} by {command.actor.kind}s")


def _require_account(token: VerifiedToken, actor: Account) -> None:
    if (token.account, token.company) != (actor.account, actor.company):
        raise UndecodableCommandError("its token is of another account")
