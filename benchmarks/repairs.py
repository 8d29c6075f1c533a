"""Cases of RMA as their log has them: the entries that the benchmarks of RMA begin with."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from immutables import Map

from benchmarks import market
from benchmarks.lab import ADDRESS
from contracts.actors import Actor
from contracts.rma.commands import (
    FileCase,
    ReceiveDevice,
    RecordRepair,
    RmaCommand,
    RmaCommandRecord,
    ShipDevice,
)
from rma.application.writing.case_log import CaseLog, CaseReplica, ReceivedCommand, case_log
from rma.domain.ledger_view import Company, Delivered, LedgerView
from runtime.eventlog import SpeculativeLog
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR

FINDING = "sha256:" + "ab" * 32
"""Texts of staff lie beside the log."""
ENTRIES_A_CASE = 4
"""Filed, received, repaired, shipped."""


class MarketView:
    """The ledger of the benchmarks as RMA knows it, with so many devices, all under warranty."""

    trouble = ""

    def __init__(self, devices: int, day: date) -> None:
        serials = [market.serial(number) for number in range(devices)]
        self.state = LedgerView(
            sequence=1,
            vendor=VENDOR,
            companies=Map(
                {VENDOR: Company(frozenset({CLERK}), kind="vendor"), PARTNER: Company(frozenset({ADMINISTRATOR}))}
            ),
            projects=Map({market.PROJECT: PARTNER}),
            devices=Map(dict.fromkeys(serials, market.PROJECT)),
            delivered=Map(dict.fromkeys(serials, Delivered(day - timedelta(days=60), 24))),
        )


def log_of(cases: int, day: date) -> CaseLog:
    """The log of cases of so many devices, as it was on that day."""
    return case_log(0, MarketView(cases, day))


def shipped(cases: int, day: date) -> list[bytes]:
    """The entries of cases that were repaired and sent back on that day, each step of all of them before the next."""
    log, noon = log_of(cases, day), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    speculation = SpeculativeLog(log, CaseReplica.of(log), lambda: noon)
    made = speculation.take(map(ReceivedCommand.unproven, _lives(cases, day.year)), {}).entries
    if len(made) != cases * ENTRIES_A_CASE:
        raise RuntimeError(f"{len(made)} of {cases * ENTRIES_A_CASE} commands were accepted")
    return [entry.value for entry in made]


def _lives(cases: int, year: int) -> Iterator[RmaCommandRecord]:
    serials = [market.serial(number) for number in range(cases)]
    numbers = [f"RMA-{year}-{number:06}" for number in range(1, cases + 1)]
    steps: Iterable[tuple[Actor, RmaCommand]] = itertools.chain(
        ((market.BUYER, FileCase(serial=serial)) for serial in serials),
        ((market.STAFF, ReceiveDevice(rma=rma, serial=serial)) for rma, serial in zip(numbers, serials, strict=True)),
        ((market.STAFF, RecordRepair(rma=rma, finding=FINDING)) for rma in numbers),
        ((market.STAFF, ShipDevice(rma=rma, carrier="DHL", tracking_number="1")) for rma in numbers),
    )
    for number, (actor, command) in enumerate(steps):
        yield _record(actor, command, number)


def _record(actor: Actor, command: RmaCommand, number: int) -> RmaCommandRecord:
    return RmaCommandRecord(
        command_id=hashlib.sha256(f"case {number}".encode()).hexdigest(),
        actor=actor,
        reply_to=ADDRESS,
        correlation_id="bench",
        command=command,
    )
