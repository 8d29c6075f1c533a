"""What entries leave in the read side: each its own row, and a version of the case that it is about."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from immutables import Map

from contracts.events.set_aside import SettingAsideProposed
from contracts.log.envelope import Entry
from contracts.rma.cases import Coverage, DaysLeft, State
from contracts.rma.events import (
    AdvanceReplacementGranted,
    AdvanceReplacementOrdered,
    AdvanceReplacementWithdrawn,
    CaseEntriesSetAside,
    CaseEvent,
    CaseFiled,
    CaseSettingAsideProposed,
    DebtCharged,
    DeviceRepaired,
    DeviceShipped,
    DeviceSwapped,
    DeviceUnrepairable,
    RepairQuoted,
    ReplacementOrdered,
    RmaEvent,
    StepEvent,
    SwapRefused,
)
from rma.domain.evolve import evolve
from rma.domain.lawful import require_lawful
from rma.domain.state import Case, Cases, Quote

Decisions = Map[str, tuple[SettingAsideProposed, int] | None]
"""What Cases.set_asides holds."""
NOTHING_DECIDED: Decisions = Map()
_ENVELOPE = {"rma", "company", "project", "ledger_sequence", "state"}
"""What columns say of an entry beside its facts."""


class EntryRow(NamedTuple):
    sequence: int
    time: datetime
    actor: str
    event_type: str
    command_id: str
    correlation_id: str
    rma: str | None
    company: str
    step: str | None
    state: State | None
    ledger_sequence: int
    facts: str


class CaseRow(NamedTuple):
    """A case as entry `sequence` left it. `told` are facts of its entries that are shown with it."""

    rma: str
    sequence: int
    time: datetime
    filed_sequence: int
    filed: datetime
    command_id: str
    company: str
    project: str
    serial: str
    reference: str | None
    coverage: Coverage
    state: State
    since: date
    advance: bool
    consented: bool
    quote: int | None
    quote_until: date | None
    replacement: str | None
    swap: int | None
    overdue_on: date | None
    reminded: tuple[DaysLeft, ...]
    former: State
    open: bool
    owes: bool
    told: str

    @property
    def case(self) -> Case:
        """The case, as the rules have it."""
        quote = None if self.quote is None or self.quote_until is None else Quote(self.quote, self.quote_until)
        return Case(
            company=self.company,
            project=self.project,
            serial=self.serial,
            coverage=self.coverage,
            state=self.state,
            since=self.since,
            advance=self.advance,
            consented=self.consented,
            quote=quote,
            replacement=self.replacement,
            swap=self.swap,
            overdue_on=self.overdue_on,
            reminded=tuple(self.reminded),
            former=self.former,
        )


class EntitlementRow(NamedTuple):
    """A company's entitlement to replacements in advance; without a threshold it has none any more."""

    company: str
    threshold: int | None
    reference: str
    reason: str | None
    sequence: int
    time: datetime


class Changes(NamedTuple):
    """The rows that a batch of entries leaves, in their order."""

    entries: Sequence[EntryRow]
    versions: Sequence[CaseRow]
    entitlements: Sequence[EntitlementRow]

    @property
    def current(self) -> Iterable[CaseRow]:
        """The newest version of each case."""
        return {row.rma: row for row in self.versions}.values()


def touched(entries: Iterable[Entry[RmaEvent]]) -> tuple[set[str], set[str]]:
    """The cases that entries are about, and the devices for which cases are filed."""
    events = [entry.data for entry in entries]
    cases = {event.rma for event in events if isinstance(event, CaseEvent)}
    return cases, {event.serial for event in events if isinstance(event, CaseFiled)}


def is_decision(entry: Entry[RmaEvent]) -> bool:
    """Whether the entry is about others that do not count."""
    return isinstance(entry.data, CaseSettingAsideProposed | CaseEntriesSetAside)


def fold(entries: Iterable[Entry[RmaEvent]], known: Iterable[CaseRow], decided: Decisions = NOTHING_DECIDED) -> Changes:
    """All that the entries change, given the cases that they touch; raises UnlawfulEntryError.

    `known` are these cases, and the open cases of the devices that they are about; `decided` are all decisions, where
    one of the entries is one.
    """
    rows = {row.rma: row for row in known}
    cases = Cases(
        cases=Map({rma: row.case for rma, row in rows.items()}),
        open=Map({row.serial: rma for rma, row in rows.items() if row.open}),
        set_asides=decided,
    )
    said, versions, entitlements = list[EntryRow](), list[CaseRow](), list[EntitlementRow]()
    for entry in entries:
        event = entry.data
        cases = cases._replace(sequence=entry.sequence - 1)
        require_lawful(cases, event)
        cases = evolve(cases, event, at=entry.time, by=entry.actor)
        said.append(_entry_row(entry))
        if isinstance(event, AdvanceReplacementGranted | AdvanceReplacementWithdrawn):
            entitlements.append(_entitlement(entry, event))
        elif not isinstance(event, CaseSettingAsideProposed | CaseEntriesSetAside):
            rows[event.rma] = version = _version(entry, event, cases.cases[event.rma], rows.get(event.rma))
            versions.append(version)
    return Changes(said, versions, entitlements)


def _entry_row(entry: Entry[RmaEvent]) -> EntryRow:
    event = entry.data
    case = event if isinstance(event, CaseEvent) else None
    return EntryRow(
        entry.sequence,
        entry.time,
        entry.actor,
        entry.type,
        entry.commandid,
        entry.correlationid,
        case.rma if case else None,
        event.company,
        case.step if case else None,
        case.state if case else None,
        event.ledger_sequence,
        json.dumps(event.model_dump(mode="json", exclude=_ENVELOPE, exclude_none=True)),
    )


def _entitlement(
    entry: Entry[RmaEvent], event: AdvanceReplacementGranted | AdvanceReplacementWithdrawn
) -> EntitlementRow:
    at = entry.sequence, entry.time
    if isinstance(event, AdvanceReplacementGranted):
        return EntitlementRow(event.company, event.threshold, event.reference, None, *at)
    return EntitlementRow(event.company, None, event.reference, event.reason, *at)


def _version(entry: Entry[RmaEvent], event: CaseFiled | StepEvent, case: Case, before: CaseRow | None) -> CaseRow:
    quote, told = case.quote, {} if before is None else json.loads(before.told)
    return CaseRow(
        event.rma,
        entry.sequence,
        entry.time,
        *_filing(entry, before),
        case.company,
        case.project,
        case.serial,
        event.reference if isinstance(event, CaseFiled) else before and before.reference,
        case.coverage,
        case.state,
        case.since,
        case.advance,
        case.consented,
        quote.sequence if quote else None,
        quote.valid_until if quote else None,
        case.replacement,
        case.swap,
        case.overdue_on,
        case.reminded,
        case.former,
        case.is_open,
        case.owes,
        json.dumps({**told, **tells(event)}),
    )


def _filing(entry: Entry[RmaEvent], before: CaseRow | None) -> tuple[int, datetime, str]:
    """By which entry, when, and by which command the case was filed."""
    if before is None:
        return entry.sequence, entry.time, entry.commandid
    return before.filed_sequence, before.filed, before.command_id


def tells(event: RmaEvent) -> Mapping[str, Any]:
    """What of an event is shown with its case from then on."""
    match event:
        case RepairQuoted():
            return {"quote": {"cents": event.cents, "currency": event.currency}}
        case AdvanceReplacementOrdered() | DeviceShipped():
            shipped = {"carrier": event.carrier, "tracking_number": event.tracking_number}
            serial = event.serial if isinstance(event, DeviceShipped) else event.replacement
            return {"shipment": {"serial": serial, **shipped}, "swap_refusal": None}
        case DeviceRepaired() | DeviceUnrepairable():
            return {"finding": event.finding}
        case ReplacementOrdered():
            return {"finding": event.finding, "swap_refusal": None}
        case SwapRefused():
            return {"swap_refusal": event.code}
        case DeviceSwapped():
            return {"swap_refusal": None}
        case DebtCharged():
            return {"invoice": event.invoice}
        case _:
            return {}
