"""What each topic of commands may carry to a ledger, and how a return proves itself besides its sender."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contracts.actors import Account, Device, Operator, Service
from contracts.commands import COMMAND_TYPES, CommandRecord
from contracts.commands.claims import ClaimDevice
from contracts.commands.companies import FoundLedger
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.replacements import RecommissionDevice, ReplaceDevice
from contracts.commands.returns import ReportSpentCertificate, ReturnLicenses
from contracts.documents.device_certificate import Authorities
from contracts.documents.return_document import verify_return
from contracts.documents.xml import DocumentRefused
from contracts.topics import COMMANDS, DEVICE_COMMANDS, OPERATOR_COMMANDS, RMA_COMMANDS
from ledger.domain.decisions import Rejection
from runtime import senders
from runtime.senders import Channel, Clock, channel
from runtime.tokens import Tokens

CHANNELS: Mapping[str, Channel] = {
    COMMANDS.name: channel(Account, *(command for command in COMMAND_TYPES.values() if command is not FoundLedger)),
    DEVICE_COMMANDS.name: channel(
        Device, RecordLicenseFileDelivery, ReturnLicenses, ReportSpentCertificate, ClaimDevice
    ),
    RMA_COMMANDS.name: channel(Service, ReplaceDevice),
    OPERATOR_COMMANDS.name: channel(Operator, FoundLedger),
}


class Senders(senders.Senders[CommandRecord]):
    """Reads records of a ledger's topics of commands."""

    def __init__(
        self,
        *,
        topic_prefix: str,
        keys: Sequence[X25519PrivateKey],
        tokens: Tokens,
        trusted: Authorities,
        clock: Clock,
    ) -> None:
        super().__init__(
            CommandRecord,
            CHANNELS,
            area="licenses",
            topic_prefix=topic_prefix,
            keys=keys,
            tokens=tokens,
            clock=clock,
        )
        self._trusted = trusted

    def refused(self, command: Any) -> Rejection | None:
        """Whoever sends a device's document has verified it, and is not believed: the signer verifies it again."""
        if not isinstance(command, ReturnLicenses | RecommissionDevice):
            return None
        try:
            raw = b64decode(command.document, validate=True)
            document = verify_return(raw, trusted=self._trusted, now=self.now(), serial=command.serial)
        except DocumentRefused as error:
            return Rejection(error.code)
        except ValueError:
            return Rejection("document_malformed")
        said = document.command()
        shared = (type(said).model_fields.keys() & type(command).model_fields.keys()) - {"name"}
        is_so = all(getattr(said, name) == getattr(command, name) for name in shared)
        return None if is_so else Rejection("signature_invalid")
