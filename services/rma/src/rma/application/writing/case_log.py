"""The cases of one ledger's devices as a log with one writer: what runtime.eventlog has to know of it."""

from datetime import datetime
from typing import Protocol

from contracts.log.stop import VIEW_BEHIND
from contracts.outcomes import Accepted, Rejected
from contracts.rma.commands import RmaCommandRecord
from contracts.rma.entries import RMA_ENTRIES, source_of
from contracts.rma.events import RmaEvent
from rma.domain.decide import decide
from rma.domain.decisions import Decision, Rejection
from rma.domain.evolve import evolve
from rma.domain.lawful import require_lawful
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Cases
from runtime.eventlog import LogDefinition, LogReplica, ReadLog
from runtime.outcomes import LogOutcomes
from runtime.senders import ReceivedCommand as Received

ReceivedCommand = Received[RmaCommandRecord]
"""A command as the writer of cases has it: read, and with what its proof has shown."""
CaseLog = LogDefinition[Cases, ReceivedCommand, RmaEvent, Accepted | Rejected]
CaseReplica = LogReplica[Cases, RmaEvent]


class FollowedLedger(Protocol):
    """What is known of the ledger; `trouble` says why that may be out of date, or nothing."""

    @property
    def state(self) -> LedgerView: ...
    @property
    def trouble(self) -> str: ...


def read_cases(number: int) -> ReadLog[Cases, RmaEvent]:
    """The log of one ledger's cases as who only reads it has it."""
    return ReadLog(
        source=source_of(number), entries=RMA_ENTRIES, initial=Cases(), require_lawful=require_lawful, evolve=evolve
    )


def case_log(number: int, ledger: FollowedLedger) -> CaseLog:
    """The log of one ledger's cases, from its first entry on."""

    def decided(cases: Cases, received: ReceivedCommand, /, *, now: datetime) -> Decision:
        if received.refusal:
            return received.refusal
        if ledger.trouble:
            return Rejection(VIEW_BEHIND)
        return decide(cases, received.record.command, received.record.actor, ledger.state, now=now)

    return LogDefinition(
        source=source_of(number),
        entries=RMA_ENTRIES,
        initial=Cases(),
        decide=decided,
        require_lawful=require_lawful,
        evolve=evolve,
        outcomes=LogOutcomes(number),
    )
