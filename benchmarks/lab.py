"""What the benchmarks share: a broker of their own, a filled ledger, and commands to send."""

import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from contracts.actors import Account, Actor, Operator
from contracts.commands import (
    AddDevice,
    AllocateLicenses,
    Command,
    CommandRecord,
    FoundLedger,
    IssueActivationKey,
    RedeemActivationKey,
    RegisterCompany,
)
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import DEFAULT_CATALOG, MAX_COUNT, Licenses
from dev import topics
from dev.kafka import Broker
from dev.ports import Ports

ADDRESS = "bench-0"
VENDOR, STAFF = derived_id("0", "vendor"), derived_id("0", "staff")
COMPANY, PARTNER = derived_id("0", "company"), derived_id("0", "partner")
PROJECT = default_project_of(COMPANY)
STAFF_ACTOR = Account(account=STAFF, company=VENDOR)
PARTNER_ACTOR = Account(account=PARTNER, company=COMPANY)


@asynccontextmanager
async def broker(*, prefix: str = "licensing.") -> AsyncGenerator[str]:
    """A real broker that ends with the benchmark; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        ports = Ports(Path(folder) / "ports.json")
        own = Broker(Path(folder), port=ports.port("kafka"), controller_port=ports.port("controller"))
        own.start(lambda _: None)
        try:
            await topics.create(own.address, prefix=prefix)
            yield own.address
        finally:
            own.stop()


def record(actor: Actor, command: Command, name: str) -> CommandRecord:
    """A command under an id that comes from `name`."""
    return CommandRecord(
        command_id=hashlib.sha256(name.encode()).hexdigest(),
        actor=actor,
        reply_to=ADDRESS,
        correlation_id="bench",
        command=command,
    )


def serial(number: int) -> str:
    """The serial of the benchmark's device number `number`."""
    return f"009033{number:06x}"


def set_up(devices: int, allocations: int) -> Iterator[CommandRecord]:
    """A company with devices and enough port licenses for so many allocations of one."""
    yield record(
        Operator(name="bench"), FoundLedger(vendor=VENDOR, administrator=STAFF, catalog=DEFAULT_CATALOG), "found"
    )
    yield record(STAFF_ACTOR, RegisterCompany(company=COMPANY, kind="reseller", administrator=PARTNER), "register")
    for number in range(-(-allocations // MAX_COUNT)):
        digest = hashlib.sha256(f"key {number}".encode()).hexdigest()
        licenses = (Licenses(license_type="Port11", count=MAX_COUNT),)
        issue = IssueActivationKey(key_digest=digest, key_hint="0000", licenses=licenses, order_number="bench")
        yield record(STAFF_ACTOR, issue, f"issue {number}")
        yield record(PARTNER_ACTOR, RedeemActivationKey(key_digest=digest, project=PROJECT), f"redeem {number}")
    for number in range(devices):
        yield record(PARTNER_ACTOR, AddDevice(serial=serial(number), project=PROJECT), f"device {number}")


def allocations(count: int, devices: int) -> Iterator[CommandRecord]:
    """Allocations of one port license each, going round the devices."""
    for number in range(count):
        wanted = (Licenses(license_type="Port11", count=1),)
        command = AllocateLicenses(project=PROJECT, serial=serial(number % devices), licenses=wanted)
        yield record(PARTNER_ACTOR, command, f"allocate {number}")


def cpu_seconds(pid: int) -> float:
    """The processor time of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
