"""A ledger as a log with one writer: what runtime.eventlog has to know of it."""

from datetime import datetime

from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.events import Event
from contracts.log.entries import LEDGER_ENTRIES, source_of
from contracts.log.set_aside import is_about_entries, named, named_in
from contracts.outcomes import Accepted, Rejected
from ledger.application.writing.received_command import ReceivedCommand
from ledger.domain.decide import decide
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.lawful import OWN_LAWS, require_lawful
from ledger.domain.state import Ledger
from runtime.eventlog import LogDefinition, LogReplica, Proposed, SettingAside, SpeculativeLog, Writer

LedgerLog = LogDefinition[Ledger, ReceivedCommand, Event, Accepted | Rejected]
LedgerReplica = LogReplica[Ledger, Event]
SpeculativeLedger = SpeculativeLog[Ledger, ReceivedCommand, Event, Accepted | Rejected]
LedgerWriter = Writer[Ledger, ReceivedCommand, Event, Accepted | Rejected]


class LedgerOutcomes:
    """What a ledger's writer says to whoever asked."""

    def __init__(self, ledger: int) -> None:
        self._ledger = ledger

    def accepted(
        self, command: ReceivedCommand, fingerprint: str, sequence: int, *, repeated: bool = False
    ) -> Accepted | Rejected:
        return Accepted(
            command_id=command.command_id,
            command_hash=fingerprint,
            reply_to=command.reply_to,
            ledger=self._ledger,
            sequence=sequence,
            repeated=repeated,
        )

    def rejected(
        self, command: ReceivedCommand, fingerprint: str, rejection: Rejection, *, at_sequence: int
    ) -> Accepted | Rejected:
        return Rejected(
            command_id=command.command_id,
            command_hash=fingerprint,
            reply_to=command.reply_to,
            ledger=self._ledger,
            code=rejection.code,
            details={**rejection.details, "at_sequence": at_sequence},
            entries=rejection.entries,
        )


def ledger_log(ledger: int) -> LedgerLog:
    """The log of one ledger, from its first entry on."""
    return LogDefinition(
        source=source_of(ledger),
        entries=LEDGER_ENTRIES,
        initial=Ledger(),
        decide=_decide,
        require_lawful=require_lawful,
        evolve=evolve,
        outcomes=LedgerOutcomes(ledger),
        set_aside=SettingAside(
            named=named,
            is_about=is_about_entries,
            takes=lambda received: isinstance(received.record.command, ProposeSettingAside | ApproveSettingAside),
            would_exclude=_would_exclude,
            own_laws=OWN_LAWS,
            passed=Ledger.following,
        ),
    )


def label_of(outcome: Accepted | Rejected) -> str:
    """An outcome in one word, as the metrics count it."""
    match outcome:
        case Rejected():
            return outcome.code
        case Accepted():
            return "repeated" if outcome.repeated else "accepted"


def _would_exclude(ledger: Ledger, received: ReceivedCommand) -> Proposed | None:
    """What an approval of a decision that waits would set aside."""
    command = received.record.command
    if received.refusal or not isinstance(command, ApproveSettingAside):
        return None
    waiting = ledger.cold.set_asides.get(command.decision)
    return None if waiting is None else Proposed(named_in(waiting[0].entries), waiting[0].law)


def _decide(ledger: Ledger, received: ReceivedCommand, /, *, now: datetime) -> Decision:
    return received.refusal or decide(ledger, received.record.command, received.record.actor, now=now)
