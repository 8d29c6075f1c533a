"""kill -9 of workers while they convert: each conversion ends once, with one result, and nothing is left behind."""

import asyncio
import random
from collections import Counter
from pathlib import Path

from audio.application.working import MAX_ATTEMPTS
from contracts.audio.events import AudioConversionCompleted
from contracts.audio.records import decode
from dev.stack.kafka import Broker
from dev.stack.settings import environment
from tests.support.audio.at_work import BEEP, AudioApi, audio_at_work, worker_settings
from tests.support.campaign import LONG
from tests.support.kafka_topics import topics_on
from tests.support.killed import Killed, running
from tests.support.ledger.projector_at_work import until

JOBS = 100 if LONG else 4
KILLS = 40 if LONG else 2
LEASE_SECONDS = 1.0
SECONDS = 300.0
BEGUN = "INSERT INTO audio_private.claims VALUES ($1, $2, 'a dead worker', now())"
UNKNOWN = "SELECT FROM audio_private.blobs WHERE name NOT IN (SELECT place FROM audio_private.kept)"


def a_worker(made: AudioApi, number: int) -> Killed:
    said = worker_settings(made.topics, made.database_url, made.folder)
    wanted = ("database_url", "database_password_file", "g729_program", "work_folder", "admin_port")
    named = {name: getattr(said, name) for name in wanted} | {"lease_seconds": LEASE_SECONDS, "log_level": "warning"}
    settings = environment(made.topics.settings("audio-worker") | named)
    return Killed("audio-worker", settings, made.folder / f"worker-{number}.log")


async def test_each_conversion_ends_once_whatever_worker_is_killed(
    broker: Broker, fresh_database_url: str, tmp_path: Path
) -> None:
    dice = random.Random(12)
    async with topics_on(broker) as topics, audio_at_work(topics, fresh_database_url, tmp_path) as made:
        workers = [a_worker(made, number) for number in range(2)]
        async with running(*workers):
            sent = [await made.upload(BEEP, name=f"file-{n}", formats="g711a,g729") for n in range(JOBS)]
            jobs = [await made.accepts(answer) for answer in sent]
            for _ in range(KILLS):
                await until(lambda: _is_at_work(made), SECONDS)
                await asyncio.sleep(dice.uniform(0, 0.3))
                await dice.choice(workers).kill()
            ended = [await made.ended(job) for job in jobs]
            assert [(one["state"], len(one["files"])) for one in ended] == [("done", 2)] * JOBS

        for one in ended:
            for file in one["files"]:
                answer = await made.get(f"conversions/{one['job']}/files/{file['format']}")
                assert (answer.status_code, len(answer.content)) == (200, file["size"])
        assert len(await made.rows("SELECT FROM audio.jobs")) == JOBS
        assert await _outcomes(made) >= JOBS
        assert await made.rows(UNKNOWN) == []


async def _is_at_work(made: AudioApi) -> bool:
    """Somebody holds a claim now, or all is done."""
    held = await made.rows("SELECT FROM audio_private.claims WHERE until > now() AND until < 'infinity'")
    waiting = await made.rows("SELECT FROM audio.jobs WHERE state = 'waiting'")
    return bool(held) or not waiting


async def _outcomes(made: AudioApi) -> int:
    """All that workers said; of each conversion the first one counts."""
    said = Counter(
        event.job
        for record in await made.records()
        if isinstance(event := decode(record.value or b"").data, AudioConversionCompleted)
    )
    return len(said)


async def test_a_conversion_that_ends_every_worker_fails(
    broker: Broker, fresh_database_url: str, tmp_path: Path
) -> None:
    async with topics_on(broker) as topics, audio_at_work(topics, fresh_database_url, tmp_path) as made:
        poison = await made.accepts(await made.upload())
        await until(lambda: _is_there(made, poison))
        await made.rows(
            "INSERT INTO audio_private.claims VALUES ($1, $2, 'a dead worker', now())", poison, MAX_ATTEMPTS
        )
        other = await made.accepts(await made.upload(name="other"))
        async with running(a_worker(made, 0)):
            failed, done = await made.ended(poison), await made.ended(other)
    assert (failed["failure"]["code"], done["state"]) == ("conversion_failed", "done")


async def _is_there(made: AudioApi, job: str) -> bool:
    return bool(await made.rows("SELECT FROM audio.jobs WHERE job = $1", job))
