"""The three readers of a ledger, in memory: what writer, signer and projector make of the same records."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.events import Event
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.entries import Entry, UnknownEventTypeError
from contracts.log.exclusions import Exclusions, Named
from contracts.log.set_aside import named, wrong
from contracts.log.stop import Stop, UnlawfulEntryError
from contracts.support.cases import SupportCaseChanged
from ledger.application.projection.documents import Document
from ledger.application.projection.ledger_rows import ledger_rows
from ledger.application.writing.ledger_log import LedgerReplica, ledger_log
from ledger.domain.lawful import holdings
from runtime.eventlog.log_replica import ReadAgain
from runtime.kafka import Record
from runtime.projection.store import Position, PositionMoved
from signer.domain.laws import LawBrokenError
from signer.domain.reading import Reading
from tests.support.ledger.projected import projected
from tests.support.signer.story import TRUSTED

BATCH = 7
Accounts = dict[str, dict[str, int]]


def by_the_writer(values: Sequence[bytes]) -> LedgerReplica:
    """The replica of a writer that has read all."""
    known: Named = {}
    while True:
        replica = LedgerReplica.of(ledger_log(0), known)
        found = next((found for value in values if isinstance(found := replica.read(value), ReadAgain)), None)
        if found is None:
            return replica
        known = found.known


def by_the_signer(values: Sequence[bytes]) -> tuple[Reading, bool]:
    """A signer's reading, and whether it came to the end."""
    known: Named | None = {}
    while True:
        reading = Reading(0, trusted=TRUSTED, wanted=Nothing(), anchor=None, known=known)
        stopped_at = _read(reading, values)
        if stopped_at is None:
            return reading, True
        behind = reading.stopped()
        known = next((found for value in values[stopped_at + 1 :] if (found := behind.take(value)) is not None), None)
        if known is None:
            return reading, False


def _read(reading: Reading, values: Sequence[bytes]) -> int | None:
    """The place at which a law ended it."""
    for place, value in enumerate(values):
        try:
            reading.take(value)
        except (LawBrokenError, UnknownEventTypeError):
            return place
    return None


def by_the_projector(values: Sequence[bytes]) -> tuple["Rows", str]:
    """A projector's rows, and why they stopped."""
    return asyncio.run(_projected(values))


async def _projected(values: Sequence[bytes]) -> tuple["Rows", str]:
    store = Rows()
    rows = ledger_rows(store, 0, Grave())
    while True:
        try:
            first = await rows.next_offset()
            for start in range(first, len(values), BATCH):
                part = values[start : start + BATCH]
                await rows.apply([Record("e", 0, start + n, None, value, (), 0) for n, value in enumerate(part)])
        except PositionMoved:
            continue
        return store, rows.stopped


class Nothing:
    """A signer whose documents are all published."""

    def lacks_file(self, serial: str, sequence: int) -> bool:  # noqa: ARG002
        return False

    def lacks_receipt(self, serial: str, generation: int, sequence: int) -> bool:  # noqa: ARG002
        return False


class Grave:
    async def put(self, record: Record, reason: str) -> None: ...


@dataclass
class Rows:
    """ProjectionStore in memory, with the laws of the fold and of decisions."""

    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    legacy: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    at: Position = field(default_factory=Position)
    known: Named = field(default_factory=dict[int, str])
    proposals: dict[str, SettingAsideProposed] = field(default_factory=dict[str, SettingAsideProposed])
    decisions: list[tuple[int, Named]] = field(default_factory=list[tuple[int, Named]])
    stop: Stop | None = None

    async def position(self, ledger: int) -> Position:  # noqa: ARG002
        return self.at

    async def apply(
        self,
        ledger: int,  # noqa: ARG002
        before: Position,
        after: Position,
        entries: Sequence[Entry[Event]],
    ) -> None:
        assert before == self.at
        changes = projected(entries, self.held, self.legacy)
        proposals, decisions = dict(self.proposals), list(self.decisions)
        for entry in entries:
            match entry.data:
                case SettingAsideProposed():
                    proposals[entry.data.decision] = entry.data
                case EntriesSetAside():
                    if why := wrong(entry.data, proposals.pop(entry.data.decision, None)):
                        raise UnlawfulEntryError("set_aside_wrong", why)
                    decisions.append((entry.sequence, named(entry.data)))
                case _:
                    pass
        self.held, self.legacy = {**self.held, **changes.held}, {**self.legacy, **changes.legacy}
        self.proposals, self.decisions, self.at = proposals, decisions, after

    async def exclusions(self, ledger: int) -> Exclusions:  # noqa: ARG002
        return Exclusions(self.known, decisions=list(self.decisions))

    async def begin_again(self, ledger: int, set_aside: Named) -> None:  # noqa: ARG002
        self.__dict__.update(Rows(known=set_aside).__dict__)

    async def note_stop(self, ledger: int, stop: Stop | None, waiting: Sequence[SettingAsideProposed]) -> None:  # noqa: ARG002
        self.stop = stop

    async def document_offset(self, topic: str, partition: int) -> int:
        raise NotImplementedError  # these rows are of entries; no documents come here

    async def apply_documents(
        self, topic: str, partition: int, before: int, after: int, documents: Sequence[Document]
    ) -> None:
        raise NotImplementedError  # no documents here, either

    async def apply_support_cases(
        self, topic: str, partition: int, before: int, after: int, cases: Sequence[SupportCaseChanged]
    ) -> None:
        raise NotImplementedError  # these rows are of entries; no support cases come here


def agreed_accounts(values: Sequence[bytes]) -> Accounts:
    """What all accounts hold, by every reader alike; each has read all of the log."""
    replica, (reading, whole), (rows, stopped) = by_the_writer(values), by_the_signer(values), by_the_projector(values)
    assert replica.stopped is None
    assert whole
    assert not stopped
    assert replica.chain.sequence == reading.sequence == rows.at.sequence
    assert replica.state.sequence == replica.chain.sequence
    for account, units in rows.held.items():
        assert _some(units) == _some(holdings(replica.state, account)) == dict(reading.books.balance(account)), account
    for serial, life in reading.books.devices.items():
        device = replica.state.devices[serial]
        assert (device.generation, device.issue) == (life.generation, life.issue)
    lives = {f"life/{s}": {"generation": d.generation, "issue": d.issue} for s, d in replica.state.devices.items()}
    return {account: some for account, units in rows.held.items() if (some := _some(units))} | lives


def _some(units: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in units.items() if count}
