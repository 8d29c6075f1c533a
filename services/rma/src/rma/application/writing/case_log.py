"""The cases of one ledger's devices as a log with one writer: what runtime.eventlog has to know of it."""

from datetime import datetime
from typing import Protocol

from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.log.set_aside import is_about_entries, named, named_in
from contracts.log.stop import VIEW_BEHIND
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import RmaCommandRecord
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import CaseEntriesSetAside, RmaEvent
from rma.domain import set_aside
from rma.domain.decide import decide
from rma.domain.decisions import Decision, Rejection
from rma.domain.evolve import evolve
from rma.domain.lawful import require_lawful
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Cases
from runtime.eventlog import LogDefinition, LogReplica, PassingOver, Proposed, ReadLog, SettingAside
from runtime.eventlog.state_codec import StateCodec
from runtime.outcomes import LogOutcomes
from runtime.senders import ReceivedCommand as Received

ReceivedCommand = Received[RmaCommandRecord]
"""A command as the writer of cases has it: read, and with what its proof has shown."""
CaseLog = LogDefinition[Cases, ReceivedCommand, RmaEvent, Accepted | Rejected]
CaseReplica = LogReplica[Cases, RmaEvent]
WINDOW = 100_000
"""Commands that are remembered: those of some 20,000 cases, in 20 MiB. What a case has done once it refuses to do
again; only who files a case under so old an id, for a device without an open one, files another."""
CODEC = StateCodec.of(Cases, made_by=("rma.domain", "contracts"))


class FollowedLedger(Protocol):
    """What is known of the ledger; `trouble` says why that may be out of date, or nothing."""

    @property
    def state(self) -> LedgerView: ...
    @property
    def trouble(self) -> str: ...


def read_cases(number: int) -> ReadLog[Cases, RmaEvent]:
    """The log of one ledger's cases as who only reads it has it."""
    return ReadLog(
        source=source_of(number),
        entries=RMA_ENTRIES,
        initial=Cases(),
        require_lawful=require_lawful,
        evolve=evolve,
        set_aside=PassingOver(named=named, is_about=is_about_entries, passed=Cases.following),
    )


def case_log(number: int, ledger: FollowedLedger) -> CaseLog:
    """The log of one ledger's cases, from its first entry on."""

    def decided(cases: Cases, received: ReceivedCommand, /, *, now: datetime) -> Decision:
        if received.refusal:
            return received.refusal
        if ledger.trouble:
            return Rejection(VIEW_BEHIND)
        return decide(cases, received.record.command, received.record.actor, ledger.state, now=now)

    def would_exclude(cases: Cases, received: ReceivedCommand) -> Proposed | None:
        """What the approval by a second person would set aside: for nobody else the log is read again."""
        command, actor = received.record.command, received.record.actor
        if received.refusal or not isinstance(command, ApproveSettingAside):
            return None
        event = set_aside.decide(cases, command, actor, ledger.state)
        return Proposed(named_in(event.entries), event.law) if isinstance(event, CaseEntriesSetAside) else None

    return LogDefinition(
        source=source_of(number),
        entries=RMA_ENTRIES,
        initial=Cases(),
        decide=decided,
        require_lawful=require_lawful,
        evolve=evolve,
        outcomes=LogOutcomes(number),
        window=WINDOW,
        codec=CODEC,
        set_aside=SettingAside(
            named=named,
            is_about=is_about_entries,
            takes=lambda received: isinstance(received.record.command, ProposeSettingAside | ApproveSettingAside),
            would_exclude=would_exclude,
            own_laws=set_aside.LAWS,
            passed=Cases.following,
        ),
    )
