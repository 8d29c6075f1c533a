"""The mixed workload through the real writer process on one core, beside the main job's plain allocations.

Both run as in benchmarks.writer, with as many commands over as many devices; the return documents are signed before.
Each runs twice, in turn, and the better run counts: a broker that has just started is slow.
A ratio of 0.75 is a third more time for a command.
"""

from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks import machine, market, writer
from benchmarks.figures import Beside, Figure
from benchmarks.fleet import Fleet
from benchmarks.lab import Lab
from benchmarks.mixed import Day
from dev.stack.keys import Keys

COMMANDS = 100_000


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    keys = Keys(lab_.kit.state)
    keys.prepare()
    fleet, generations = Fleet.of(keys.pki), lab_.kit.state / "bench-generation-ca.pem"
    generations.write_bytes(fleet.generations.certificate.public_bytes(Encoding.PEM))
    day = Day(lab_.sized(COMMANDS), fleet.give_back)
    steps = [step.record() for step in day.steps()]
    mixed: list[tuple[float, float]] = []
    plain: list[tuple[float, float]] = []
    for turn in "12":
        plain.append(await _plain(lab_, f"bench-mixed-plain-{turn}.", day.devices, len(steps)))
        before = (*market.partner(), *day.before())
        mixed.append(await writer.through(lab_, f"bench-mixed-{turn}.", before, steps, generations=generations))
    return [
        _figure(
            "writer: mixed commands, one core", "/s", max(rate for rate, _ in mixed), max(rate for rate, _ in plain)
        ),
        _figure(
            "writer: mixed commands by its own processor time",
            "/s a core",
            max(cpu for _, cpu in mixed),
            max(cpu for _, cpu in plain),
        ),
    ]


async def _plain(lab_: Lab, prefix: str, devices: int, count: int) -> tuple[float, float]:
    return await writer.through(lab_, prefix, writer.before(count, devices), market.allocations(count, devices))


def _figure(name: str, unit: str, mixed: float, plain: float) -> Figure:
    beside = Beside("allocations, same devices", plain)
    return Figure(name, mixed, unit, "0.75 of the allocations or more", (beside,))
