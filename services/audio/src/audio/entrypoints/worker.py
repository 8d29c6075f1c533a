"""`audio-worker`: converts what is asked for on the log. A Faust app brings it the requests."""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, NoReturn

from pydantic import Field

from audio.adapters import installation
from audio.adapters.events import TopicEvents
from audio.adapters.postgres.claims import PostgresClaims
from audio.adapters.postgres.database import BLOBS, READ_SIDE
from audio.adapters.postgres.kept import PostgresKept
from audio.adapters.work_folders import work_folder
from audio.application.keeping import Store
from audio.application.making import Maker
from audio.application.working import Worker
from audio.entrypoints.program_settings import ProgramSettings
from contracts.audio.events import AudioConversionRequested
from contracts.audio.records import NotAnAudioRecordError, decode
from contracts.topics import AUDIO_EVENTS, topic_name
from runtime.admin import Admin
from runtime.faust_app import FaustApp
from runtime.kafka import Connection, Producer, Record
from runtime.logs import configure, get_logger
from runtime.process import run, supervise, until_stopped
from runtime.settings import load

PROCESS = "audio-worker"
"""Also its role; with the topic prefix before it the consumer group."""

_log = get_logger("audio.worker")


class WorkerSettings(ProgramSettings):
    """Conversions have their folders below `work_folder`.

    A worker that is silent for `lease_seconds` is dead, and others begin its conversions again.
    """

    lease_seconds: Annotated[float, Field(ge=1, le=600)] = 15.0
    at_once: Annotated[int, Field(ge=1, le=32)] = 2
    work_folder: Path = Path(gettempdir()) / "licensing-audio"


class Feed(FaustApp):
    """Offers each request to the worker. A record that is none is the projector's to bury."""

    def __init__(self, connection: Connection, name: str, topic: str, worker: Worker) -> None:
        super().__init__(connection, name, [topic])
        self._worker = worker

    def offer(self, record: Record) -> None:
        try:
            found = decode(record.value or b"")
        except NotAnAudioRecordError:
            return
        if isinstance(found.data, AudioConversionRequested):
            self._worker.offer(found.data, found.traceparent)


def main() -> NoReturn:
    """Run until SIGTERM; a conversion that is not done by then is taken up by another worker."""
    settings = load(WorkerSettings)
    configure(PROCESS, settings.log_level)
    for chatty in ("faust", "mode", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _log.info("settings", **settings.describe())
    run(lambda stop: serve(settings, stop))


def _now() -> datetime:
    return datetime.now(UTC)


async def serve(settings: WorkerSettings, stop: asyncio.Event, clock: Callable[[], datetime] = _now) -> None:
    """Convert until `stop` is set."""
    connection = Connection.from_settings(settings)
    topic = topic_name(AUDIO_EVENTS, settings.topic_prefix)
    async with _worker(settings, connection, clock) as worker:
        feed = Feed(connection, settings.topic_prefix + PROCESS, topic, worker)
        tasks = {f"convert-{number}": until_stopped(stop, worker.run()) for number in range(settings.at_once)}
        tasks |= {"look": until_stopped(stop, worker.look()), "faust": until_stopped(stop, feed.run())}

        def ready() -> tuple[bool, str]:
            reason = worker.trouble or feed.trouble
            return reason is None, reason or "ready"

        async with Admin.of(settings, ready):
            await supervise(stop, tasks)


@asynccontextmanager
async def _worker(
    settings: WorkerSettings, connection: Connection, clock: Callable[[], datetime]
) -> AsyncGenerator[Worker]:
    with work_folder(settings.work_folder) as folder:
        async with (
            READ_SIDE.pool(settings.database(), most=2 * settings.at_once + 2) as pool,
            Producer(connection, client_id=PROCESS) as producer,
        ):
            name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
            store = Store(settings.blobs(pool, BLOBS), PostgresKept(pool), clock)
            engines = installation.engines(settings.piper_program, settings.piper_voices)
            maker = Maker(installation.transcoder(settings.g729_program), engines, store, folder)
            events = TopicEvents(producer, settings.topic_prefix, clock)
            yield Worker(
                PostgresClaims(pool, name, settings.lease_seconds), events, maker, lease_seconds=settings.lease_seconds
            )


if __name__ == "__main__":
    main()
