"""The mixed workload through the real writer process on one core, beside the main job's plain allocations.

Both run as in benchmarks.writer, with as many commands over as many devices; the return documents are signed before.
A ratio of 0.75 is a third more time for a command.
"""

from benchmarks import machine, market, writer
from benchmarks.figures import Beside, Figure
from benchmarks.fleet import Fleet
from benchmarks.lab import Lab
from benchmarks.mixed import Day

COMMANDS = 100_000


async def measure(lab_: Lab) -> list[Figure]:
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.OTHERS)
    day = Day(lab_.sized(COMMANDS), Fleet.of_nobody().give_back)
    steps = [step.record() for step in day.steps()]
    plain, plain_cpu = await writer.through(
        lab_,
        "bench-mixed-plain.",
        writer.before(len(steps), day.devices),
        market.allocations(len(steps), day.devices),
    )
    mixed, mixed_cpu = await writer.through(lab_, "bench-mixed.", (*market.founded(), *day.before()), steps)
    aim = "0.75 of the allocations or more"
    return [
        Figure("writer: mixed commands, one core", mixed, "/s", aim, (Beside("allocations, same devices", plain),)),
        Figure(
            "writer: mixed commands by its own processor time",
            mixed_cpu,
            "/s a core",
            aim,
            (Beside("allocations, same devices", plain_cpu),),
        ),
    ]
