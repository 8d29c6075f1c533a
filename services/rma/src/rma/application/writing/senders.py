"""What each topic of commands may carry to the log of cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contracts.actors import Account, Service
from contracts.rma.commands import (
    COMMAND_TYPES,
    CloseCase,
    MarkOverdue,
    RecordSwap,
    RecordSwapRefusal,
    RemindOfReturn,
    RmaCommandRecord,
)
from contracts.staff_texts import is_digest, texts_of
from contracts.topics import CASE_COMMANDS, CASE_SERVICE_COMMANDS
from rma.domain.decisions import Rejection
from runtime import senders
from runtime.senders import Channel, Clock, channel
from runtime.tokens import Tokens

OF_THE_SERVICE = (RecordSwap, RecordSwapRefusal, RemindOfReturn, MarkOverdue)
"""Commands that no person sends."""
CHANNELS: Mapping[str, Channel] = {
    CASE_COMMANDS.name: channel(
        Account, *(command for command in COMMAND_TYPES.values() if command not in OF_THE_SERVICE)
    ),
    CASE_SERVICE_COMMANDS.name: channel(Service, *OF_THE_SERVICE, CloseCase),
}


class Senders(senders.Senders[RmaCommandRecord]):
    """Reads records of the topics of commands."""

    def __init__(self, *, topic_prefix: str, keys: Sequence[X25519PrivateKey], tokens: Tokens, clock: Clock) -> None:
        super().__init__(
            RmaCommandRecord,
            CHANNELS,
            area="repairs",
            topic_prefix=topic_prefix,
            keys=keys,
            tokens=tokens,
            clock=clock,
        )

    def refused(self, command: Any) -> Rejection | None:
        """A text that people wrote lies beside the log (ADR 20): in the clear it would stay for ever."""
        in_the_clear = (text for text in texts_of(command).values() if not is_digest(text))
        return Rejection("request_invalid") if next(in_the_clear, None) is not None else None
