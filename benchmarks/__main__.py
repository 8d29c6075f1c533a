"""Speed and memory, each beside a baseline of the same run: `python -m benchmarks [NAME ...] [--short]`."""

import argparse
import logging
import time
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks import (
    api,
    as_of,
    audio,
    audio_service,
    bulk_keys,
    case_log,
    cases,
    cold_start,
    device_sync,
    export,
    figures,
    live,
    machine,
    memory,
    mixed_api,
    mixed_writer,
    portal,
    projection,
    replay,
    resources,
    signing,
    takeover,
    traces,
    writer,
)
from benchmarks.figures import Figure
from benchmarks.lab import Lab, opened

SHORT = 0.1
BENCHMARKS: dict[str, Callable[[Lab], Awaitable[list[Figure]]]] = {
    "writer": writer.measure,
    "mixed-writer": mixed_writer.measure,
    "takeover": takeover.measure,
    "replay": replay.measure,
    "cold-start": cold_start.measure,
    "projection": projection.measure,
    "signing": signing.measure,
    "api": api.measure,
    "mixed-api": mixed_api.measure,
    "bulk-keys": bulk_keys.measure,
    "portal": portal.measure,
    "live": live.measure,
    "cases": cases.measure,
    "case-log": case_log.measure,
    "device-sync": device_sync.measure,
    "export": export.measure,
    "as-of": as_of.measure,
    "memory": memory.measure,
    "traces": traces.measure,
    "audio": audio.measure,
    "audio-service": audio_service.measure,
    "resources": resources.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all when none is named")
    parser.add_argument("--short", action="store_true", help="a tenth of the work: about four minutes in all")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/benchmarks.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHMARKS.keys():
        parser.error(f"there is no benchmark {unknown.pop()}")
    _run(arguments.names or list(BENCHMARKS), SHORT if arguments.short else 1.0, arguments.markdown)


def _run(names: list[str], scale: float, as_markdown: bool) -> None:  # noqa: FBT001
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # new topics have no leader for a moment
    machine_says = machine.description()
    print(machine_says, flush=True)
    found: list[Figure] = []
    with opened(scale) as lab:
        for name in names:
            start = time.monotonic()
            some = uvloop.run(_measure(name, lab))
            print(f"\n{name} ({time.monotonic() - start:.0f} s)\n{figures.text(some)}", flush=True)
            found += some
    if as_markdown:
        print(f"\n{machine_says}\n\n{figures.markdown(found)}")


async def _measure(name: str, lab: Lab) -> list[Figure]:
    machine.roam_self()
    lab.infrastructure_on(None)
    return await BENCHMARKS[name](lab)


if __name__ == "__main__":
    main()
