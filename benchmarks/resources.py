"""What each process, the broker and the database take while everybody works, beside what the manifests ask for.

The whole system shares the machine with its clients: allocations and reports of broken devices through the APIs, pages
of the portal, boxes that fetch their files, and one conversion of sound after the other. Memory is the most that a
process had; of the database, and of what has children, the most that all had together, shared pages counted once.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import yaml

from audio.domain.formats import USUAL
from benchmarks import audio_service, cases, client, device_sync, machine, market
from benchmarks.figures import Beside, Figure
from benchmarks.lab import Lab, with_children
from contracts.identifiers import derived_id
from dev.kubernetes.services import SERVICES
from dev.stack.parts import PARTS, Kit
from dev.stack.places import ROOT
from dev.stack.ports import HOST
from simulator.issuer import Issuer

SECONDS = 60.0
LOOK_SECONDS = 0.5
ALLOCATIONS, REPORTS, PAGES, FETCHES = 100, 10, 10, 50
"""Requests a second."""
BOXES, CHANNELS, SOUND_SECONDS = 20, 20, 30
ELSEWHERE = {
    "kafka": ("kafka/cluster.yaml", "KafkaNodePool", "broker"),
    "postgres": ("postgres/cluster.yaml", "Cluster", "licensing"),
}
"""Where it is said what brokers and databases ask for."""


async def measure(lab_: Lab) -> list[Figure]:
    serials = [market.serial(device_sync.FIRST_SERIAL + number) for number in range(BOXES)]
    async with lab_.whole_system() as kit:
        await cases.prepare(lab_)
        await device_sync.allocate(lab_, serials)
        await lab_.until_idle(kit)
        meter = Meter(kit)
        watch = asyncio.create_task(meter.watch())
        before = meter.cpu_seconds()
        seconds = SECONDS * max(lab_.scale, cases.LEAST_SCALE)
        await asyncio.gather(*_loads(lab_, kit, serials, seconds))
        after = meter.cpu_seconds()
        watch.cancel()
    return [*_figures(meter.most, {name: (after[name] - before[name]) / seconds for name in after})]


class Meter:
    """Reads what the parts of a stack have used."""

    def __init__(self, kit: Kit) -> None:
        found = {part.name: kit.make(part).process.pid for part in PARTS}
        self._pids = {name: pid for name, pid in found.items() if pid is not None and name in {*asked(), *ELSEWHERE}}
        self.most = dict.fromkeys(self._pids, 0)

    def cpu_seconds(self) -> dict[str, float]:
        """Of each part, with children that have ended."""
        return {
            name: sum(_or_nothing(_with_ended, one) for one in with_children(pid)) for name, pid in self._pids.items()
        }

    async def watch(self) -> None:
        while True:
            for name, pid in self._pids.items():
                all_of_it = list(with_children(pid))
                read = _shared_once if len(all_of_it) > 1 else machine.resident_bytes
                self.most[name] = max(self.most[name], int(sum(_or_nothing(read, one) for one in all_of_it)))
            await asyncio.sleep(LOOK_SECONDS)


def _or_nothing(read: Any, pid: int) -> float:
    """A child may end meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return float(read(pid))
    return 0.0


def _with_ended(pid: int) -> float:
    """Its own processor time, and that of children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _shared_once(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _loads(lab_: Lab, kit: Kit, serials: list[str], seconds: float) -> Iterable[Awaitable[object]]:
    devices = cases.devices_of(lab_)
    plain, boxes, page = [None] * CHANNELS, device_sync.contexts_of(kit, serials), client.request("GET", "/sign-in")
    yield _paced(kit, "ledger-api", plain, cases.allocations_of(kit, devices), ALLOCATIONS, seconds)
    yield _paced(kit, "rma-api", plain, cases.reports(kit, devices), REPORTS, seconds)
    yield _paced(kit, "portal", plain, lambda: page, PAGES, seconds)
    yield _fetched(kit, boxes, serials, seconds)
    yield _converted(kit, seconds)


async def _paced(kit: Kit, part: str, contexts: Any, make: client.Requests, rate: int, seconds: float) -> None:
    async with client.channels(HOST, kit.ports.port(part), contexts) as opened:
        await client.paced(opened, make, range(200, 300), rate, seconds)


async def _fetched(kit: Kit, contexts: Any, serials: list[str], seconds: float) -> None:
    """Each box by its own connection, one file a turn."""
    async with client.channels(HOST, kit.ports.port("device-sync"), contexts) as opened:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            for channel, serial in zip(opened, serials, strict=True):
                await channel.ask(device_sync.get_file(serial))
                await asyncio.sleep(1 / FETCHES)


async def _converted(kit: Kit, seconds: float) -> None:
    url, end = f"http://{HOST}:{kit.ports.port('audio-api')}/v1/audio/", asyncio.get_running_loop().time() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=seconds) as asking:
        token = Issuer(kit.state).mint(derived_id("bench", secrets.token_hex(4)), derived_id("bench-audio", "0"))
        who = audio_service.Account(asking, token)
        while asyncio.get_running_loop().time() < end:
            job, _ = await who.upload(audio_service.recording(SOUND_SECONDS), USUAL[0])
            await who.ended(job)


def asked() -> dict[str, tuple[float, float]]:
    """MiB and thousandths of a processor that the manifests ask for, by part."""
    return {one.name: (one.memory_mib, one.cpu_millis) for one in SERVICES} | {
        name: _asked_of(*where) for name, where in ELSEWHERE.items()
    }


def _asked_of(file: str, kind: str, name: str) -> tuple[float, float]:
    documents = yaml.safe_load_all((ROOT / "deploy/k8s/base" / file).read_text(encoding="utf-8"))
    (found,) = (one for one in documents if (one["kind"], one["metadata"]["name"]) == (kind, name))
    requests = found["spec"]["resources"]["requests"]
    return float(requests["memory"].removesuffix("Gi")) * 1024, float(requests["cpu"]) * 1000


def _figures(most: Mapping[str, int], processors: Mapping[str, float]) -> Iterable[Figure]:
    for name, (mib, millis) in asked().items():
        for what, value, unit, wanted in (
            ("memory at most", most[name] / machine.MIB, "MiB", mib),
            ("processor", processors[name] * 1000, "m", millis),
        ):
            yield Figure(f"{name}: {what}", value, unit, beside=(Beside("asked for", wanted),))
