"""Entries a second from Kafka into the read side's tables, by the real projector's rebuild on one core.

It replays what `replay` put on its topic. Beside it: COPY of the same movements into a table like theirs, and nothing
else, which is the least that any projection into PostgreSQL has to do.
"""

import asyncio
import json
import time
from typing import Any

import asyncpg

from benchmarks import machine, replay
from benchmarks.figures import Beside, Figure
from benchmarks.lab import PATIENCE_SECONDS, Lab
from dev.stack.keys import Keys
from dev.stack.settings import database
from ledger.adapters.postgres.database import SCHEMA

DATABASE = "bench_projection"


async def measure(lab_: Lab) -> list[Figure]:
    await replay.fill(lab_)
    lab_.infrastructure_on(machine.OTHERS)
    machine.stay(machine.MEASURED)
    url = await asyncio.to_thread(lab_.kit.cluster().create, DATABASE)
    records, seconds = await asyncio.to_thread(_rebuild, lab_)
    copied = await _copy(url, records)
    figure = Figure(
        "projection: entries into PostgreSQL, projector on one core",
        records / seconds,
        "/s",
        beside=(Beside("COPY of their movements alone", copied),),
    )
    return [figure]


def _rebuild(lab_: Lab) -> tuple[int, float]:
    """Run `ledger-projector rebuild`, and what it says about itself."""
    known = database("ledger-projector", lab_.kit.cluster(), DATABASE)
    keys = Keys(lab_.kit.state)
    keys.prepare()
    given = {"LICENSING_TOPIC_PREFIX": replay.PREFIX, "LICENSING_LICENSE_KEYS_FILE": str(keys.license_key)}
    environment = given | known
    with lab_.process("ledger-projector", "rebuild", environment=environment) as process:
        process.wait(PATIENCE_SECONDS)
    log = (lab_.kit.state / "log" / "ledger-projector.log").read_text().splitlines()
    said = next(line for line in map(json.loads, reversed(log)) if line["event"] == "rebuilt")
    return said["records"], said["seconds"]


async def _copy(url: str, entries: int) -> float:
    connection: Any = await asyncpg.connect(url, server_settings={"search_path": SCHEMA})
    try:
        rows = [tuple(row) for row in await connection.fetch("SELECT * FROM movements")]
        await connection.execute("CREATE TABLE copied (LIKE movements INCLUDING ALL)")
        start = time.perf_counter()
        async with connection.transaction():
            await connection.copy_records_to_table("copied", schema_name=SCHEMA, records=rows)
        return entries / (time.perf_counter() - start)
    finally:
        await connection.close()
