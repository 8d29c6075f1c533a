"""Cases of RMA as their log has them: the entries that the benchmarks of RMA begin with."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from immutables import Map

from benchmarks import market
from benchmarks.lab import ADDRESS
from contracts.actors import Account, Actor, Service
from contracts.identifiers import derived_id
from contracts.rma.commands import (
    FileCase,
    GrantAdvanceReplacement,
    ReceiveDevice,
    RecordRepair,
    RecordSwap,
    RmaCommand,
    RmaCommandRecord,
    SendInAdvance,
    ShipDevice,
)
from rma.application.writing.case_log import CaseLog, CaseReplica, ReceivedCommand, case_log
from rma.domain.ledger_view import Company, Delivered, LedgerView, Swap
from runtime.eventlog import SpeculativeLog
from simulator.cast import ADMINISTRATOR, CLERK, VENDOR

FINDING = "sha256:" + "A" * 43
"""Texts of staff lie beside the log."""
ENTRIES_A_CASE = 4
"""Filed, received, repaired, shipped."""
OWED_BY_ONE = 100
"""A company may owe no more devices at once."""
RMA = Service(name="rma")
CARRIER, PARCEL = "DHL", "1"
CONTACT = {"name": "Anna Adria", "email": "anna@hotel-adria.example", "phone": "+49 7031 73009-0"}
REPORT: dict[str, object] = {
    "defect": "No light.\nNo sound.",
    "administrative_contact": CONTACT,
    "technical_contact": CONTACT,
    "shipping_address": {
        "name": "Hotel Adria",
        "lines": ["Umberto-Nobile-Str. 15"],
        "postal_code": "71063",
        "city": "Sindelfingen",
        "country": "DE",
    },
}
"""What a requester says beside the serial."""
Asked = tuple[Actor, RmaCommand]


class MarketView:
    """The ledger of the benchmarks as RMA knows it, with so many devices, all under warranty, of many companies."""

    trouble = ""

    def __init__(self, devices: int, day: date) -> None:
        companies = {_company(number): Company(frozenset({ADMINISTRATOR})) for number in range(0, devices, OWED_BY_ONE)}
        serials = [market.serial(number) for number in range(devices)]
        self.state = LedgerView(
            sequence=1,
            vendor=VENDOR,
            companies=Map({**companies, VENDOR: Company(frozenset({CLERK}), kind="vendor")}),
            projects=Map({company: company for company in companies}),
            devices=Map({serial: _company(number) for number, serial in enumerate(serials)}),
            delivered=Map(dict.fromkeys(serials, Delivered(day - timedelta(days=60), 24))),
            swaps=Map(
                {
                    _rma(number, day): Swap(serial, market.serial(devices + number), 1, day)
                    for number, serial in enumerate(serials)
                }
            ),
        )


def log_of(cases: int, day: date) -> CaseLog:
    """The log of cases of so many devices, as it was on that day."""
    return case_log(0, MarketView(cases, day))


def shipped(cases: int, day: date) -> list[bytes]:
    """The entries of cases that were repaired and sent back on that day, each step of all of them before the next."""
    return _entries(cases, day, _repaired(range(cases), day))


def waiting(cases: int, day: date) -> list[bytes]:
    """The entries of cases that wait since that day: half were sent back, half are owed the broken device."""
    half = cases // 2
    return _entries(cases, day, itertools.chain(_repaired(range(half), day), _owed(range(half, cases), cases, day)))


def _entries(cases: int, day: date, steps: Iterable[Asked]) -> list[bytes]:
    log, noon = log_of(cases, day), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    speculation = SpeculativeLog(log, CaseReplica.of(log), lambda: noon)
    asked = [ReceivedCommand.unproven(_record(*step, number)) for number, step in enumerate(steps)]
    made = speculation.take(asked, {}).entries
    if len(made) != len(asked):
        raise RuntimeError(f"{len(made)} of {len(asked)} commands were accepted")
    return [entry.value for entry in made]


def _repaired(numbers: range, day: date) -> Iterator[Asked]:
    yield from _filed(numbers)
    yield from ((market.STAFF, ReceiveDevice(rma=_rma(one, day), serial=market.serial(one))) for one in numbers)
    yield from ((market.STAFF, RecordRepair(rma=_rma(one, day), finding=FINDING)) for one in numbers)
    for one in numbers:
        yield market.STAFF, ShipDevice(rma=_rma(one, day), carrier=CARRIER, tracking_number=PARCEL)


def _owed(numbers: range, devices: int, day: date) -> Iterator[Asked]:
    for company in dict.fromkeys(map(_company, numbers)):
        grant = GrantAdvanceReplacement(company=company, threshold=OWED_BY_ONE, reference=FINDING)
        yield market.STAFF, grant
    yield from _filed(numbers)
    for one in numbers:
        rma, spare = _rma(one, day), market.serial(devices + one)
        sent = SendInAdvance(rma=rma, replacement=spare, reason=FINDING, carrier=CARRIER, tracking_number=PARCEL)
        yield market.STAFF, sent
        yield RMA, RecordSwap(rma=rma, replacement=spare, swap_sequence=1)


def _filed(numbers: range) -> Iterator[Asked]:
    for one in numbers:
        yield Account(account=ADMINISTRATOR, company=_company(one)), FileCase(serial=market.serial(one))


def _company(device: int) -> str:
    return derived_id("bench-owner", str(device // OWED_BY_ONE))


def _rma(number: int, day: date) -> str:
    return f"RMA-{day.year}-{number + 1:06}"


def _record(actor: Actor, command: RmaCommand, number: int) -> RmaCommandRecord:
    return RmaCommandRecord(
        command_id=hashlib.sha256(f"case {number}".encode()).hexdigest(),
        actor=actor,
        reply_to=ADDRESS,
        correlation_id="bench",
        command=command,
    )
