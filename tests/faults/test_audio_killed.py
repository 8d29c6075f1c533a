"""kill -9 of workers while they convert: each conversion ends once, with one result, and nothing is left behind."""

import asyncio
import random
import signal
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from audio.application.working import MAX_ATTEMPTS
from contracts.audio.events import AudioConversionCompleted, AudioConversionFailed, AudioFileConverted
from contracts.audio.records import decode
from dev.stack.kafka import Broker
from dev.stack.settings import environment
from tests.support.audio.at_work import BEEP, AudioApi, audio_at_work, worker_settings
from tests.support.audio.left_behind import nobody_is_in
from tests.support.campaign import LONG
from tests.support.kafka_topics import topics_on
from tests.support.killed import Killed, running
from tests.support.ledger.projector_at_work import until

AUDIO = ("audio-api", "audio-projector", "audio-worker")
JOBS = 100 if LONG else 4
KILLS = 40 if LONG else 2
FORMATS = ("g711a", "g729")
LEASE_SECONDS = 1.0
SECONDS = 1800.0 if LONG else 300.0
BEGUN_OFTEN = """
SELECT coalesce(sum(attempts), 0), coalesce(max(attempts) FILTER (WHERE until < 'infinity'), 0)
  FROM audio_private.claims"""
UNKNOWN = "SELECT FROM audio_private.blobs WHERE name NOT IN (SELECT place FROM audio_private.kept)"


def a_worker(made: AudioApi, number: int) -> Killed:
    said = worker_settings(made.topics, made.database_url, made.folder)
    wanted = ("database_url", "database_password_file", "g729_program", "work_folder", "admin_port")
    named = {name: getattr(said, name) for name in wanted} | {"lease_seconds": LEASE_SECONDS, "log_level": "warning"}
    settings = environment(made.topics.settings("audio-worker") | named)
    return Killed("audio-worker", settings, made.folder / f"worker-{number}.log")


@pytest.mark.timeout(3600 if LONG else 300)
async def test_each_conversion_ends_once_whatever_worker_is_killed(
    broker: Broker, fresh_database_url: str, tmp_path: Path
) -> None:
    dice = random.Random(12)
    async with topics_on(broker, roles=AUDIO) as topics, audio_at_work(topics, fresh_database_url, tmp_path) as made:
        workers = [a_worker(made, number) for number in range(2)]
        async with running(*workers):
            sent = [await made.upload(BEEP, name=f"file-{n}", formats=",".join(FORMATS)) for n in range(JOBS)]
            jobs = [await made.accepts(answer) for answer in sent]
            begun = 0
            for _ in range(KILLS):
                begun = await _begun_after(made, begun)
                await asyncio.sleep(dice.uniform(0, 0.3))
                await dice.choice(workers).kill()
            await until(lambda: _all_have_ended(made), SECONDS)
            await _has_left_nothing(made, workers)
        ended = [await made.ended(job) for job in jobs]
        assert [(one["state"], [file["format"] for file in one["files"]]) for one in ended] == [
            ("done", [*FORMATS])
        ] * JOBS
        for one in ended:
            for file in one["files"]:
                answer = await made.get(f"conversions/{one['job']}/files/{file['format']}")
                assert (answer.status_code, len(answer.content)) == (200, file["size"])
        await _has_one_result_for_each_format(made)


async def _begun_after(made: AudioApi, begun: int) -> int:
    """How often conversions were begun, once one was again, or all have ended.

    A conversion that four workers have begun is spared: when a fifth is killed it fails.
    """
    found = begun

    async def is_so() -> bool:
        nonlocal found
        ((found, most),) = await made.rows(BEGUN_OFTEN)
        return (found > begun and most < MAX_ATTEMPTS - 1) or await _all_have_ended(made)

    await until(is_so, SECONDS)
    return found


async def _all_have_ended(made: AudioApi) -> bool:
    return not await made.rows("SELECT FROM audio.jobs WHERE state = 'waiting'")


async def _has_one_result_for_each_format(made: AudioApi) -> None:
    """Of each conversion one row, and of each format the file that the log names first."""
    first: dict[str, dict[str, str]] = defaultdict(dict)
    outcomes = set[str]()
    for record in await made.records():
        match decode(record.value or b"").data:
            case AudioFileConverted(job=job, file=file):
                first[job].setdefault(file.format, file.json_bytes().decode())
            case AudioConversionCompleted(job=job):
                outcomes.add(job)
            case AudioConversionFailed() as failed:
                raise AssertionError(failed)
            case _:
                pass
    rows = await made.rows("SELECT job, format, file FROM audio.files")
    assert {(row["job"], row["format"]): row["file"] for row in rows} == {
        (job, code): file for job, files in first.items() for code, file in files.items()
    }
    assert (len(rows), len(outcomes)) == (JOBS * len(FORMATS), JOBS)
    assert len(await made.rows("SELECT FROM audio.jobs")) == JOBS


async def _has_left_nothing(made: AudioApi, workers: Sequence[Killed]) -> None:
    """Of who was killed no folder once others have begun, and no process; no bytes that nobody knows of."""
    work = made.folder / "work"
    await until(lambda: asyncio.to_thread(_has_folders, work, len(workers)), SECONDS)
    await asyncio.gather(*(worker.end(signal.SIGTERM) for worker in workers))
    assert _has_folders(work, 0)
    await until(lambda: asyncio.to_thread(nobody_is_in, work), SECONDS)
    assert await made.rows(UNKNOWN) == []


def _has_folders(folder: Path, count: int) -> bool:
    return len([*folder.iterdir()]) == count
