"""A ledger as a log with one writer: what runtime.eventlog has to know of it."""

from datetime import datetime
from functools import partial
from typing import Protocol

from contracts.actors import Service
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.events import Event
from contracts.events.set_aside import EntriesSetAside
from contracts.log.accounting import stated
from contracts.log.entries import LEDGER_ENTRIES, source_of
from contracts.log.set_aside import is_about_entries, named, named_in
from contracts.log.stop import SERVICE_UNAVAILABLE
from contracts.outcomes import Accepted, Rejected
from ledger.application.writing.received_command import ReceivedCommand
from ledger.domain import set_aside
from ledger.domain.decide import decide
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.evolve import evolve
from ledger.domain.lawful import OWN_LAWS, require_lawful
from ledger.domain.ordered_swaps import NO_ORDERS, Orders, refuse_unordered
from ledger.domain.state import Ledger
from runtime.eventlog import LogDefinition, LogReplica, Proposed, SettingAside, SpeculativeLog, Writer
from runtime.outcomes import LogOutcomes

LedgerLog = LogDefinition[Ledger, ReceivedCommand, Event, Accepted | Rejected]
LedgerReplica = LogReplica[Ledger, Event]
SpeculativeLedger = SpeculativeLog[Ledger, ReceivedCommand, Event, Accepted | Rejected]
LedgerWriter = Writer[Ledger, ReceivedCommand, Event, Accepted | Rejected]


class KnownOrders(Protocol):
    """Swaps that are ordered in RMA cases; `trouble` says why that may be out of date, or nothing."""

    @property
    def orders(self) -> Orders: ...
    @property
    def trouble(self) -> str: ...


class _NoCases:
    orders, trouble = NO_ORDERS, ""


def ledger_log(ledger: int, cases: KnownOrders | None = None) -> LedgerLog:
    """The log of one ledger, from its first entry on; without `cases` the RMA service gets nothing done."""
    return LogDefinition(
        source=source_of(ledger),
        entries=LEDGER_ENTRIES,
        initial=Ledger(),
        decide=partial(_decide, cases or _NoCases()),
        require_lawful=require_lawful,
        evolve=evolve,
        outcomes=LogOutcomes[Event](ledger, _issue_of),
        set_aside=SettingAside(
            named=named,
            is_about=is_about_entries,
            takes=lambda received: isinstance(received.record.command, ProposeSettingAside | ApproveSettingAside),
            would_exclude=_would_exclude,
            own_laws=OWN_LAWS,
            passed=Ledger.following,
        ),
    )


def _issue_of(event: Event) -> int | None:
    """The license file that follows from an entry about one device."""
    devices = stated(event)
    return devices[0].issue if len(devices) == 1 else None


def _would_exclude(ledger: Ledger, received: ReceivedCommand) -> Proposed | None:
    """What the approval by a second person would set aside: for nobody else the log is read again."""
    command, actor = received.record.command, received.record.actor
    if received.refusal or not isinstance(command, ApproveSettingAside):
        return None
    event = set_aside.decided(ledger, command, actor)
    return Proposed(named_in(event.entries), event.law) if isinstance(event, EntriesSetAside) else None


def _decide(cases: KnownOrders, ledger: Ledger, received: ReceivedCommand, /, *, now: datetime) -> Decision:
    command, actor = received.record.command, received.record.actor
    if received.refusal:
        return received.refusal
    if isinstance(actor, Service) and cases.trouble:
        return Rejection(SERVICE_UNAVAILABLE)
    return refuse_unordered(cases.orders, command, actor) or decide(ledger, command, actor, now=now)
