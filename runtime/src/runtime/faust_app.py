"""A Faust app that brings the records of topics, shared between the members of a consumer group.

It does no more than that: an agent that raises loses its event, and a commit of Faust says nothing about what was done
with a record. So its users only take a record up, and know by themselves how far they are.
"""

import asyncio
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver

from runtime.kafka import Connection, Partition, Record
from runtime.kafka.aiokafka_internals import end
from runtime.kafka.group import HEARTBEATS_A_SESSION, SESSION_SECONDS
from runtime.logs import get_logger

REBALANCE_SECONDS = 30.0
COMMIT_SECONDS = 2.8
"""Only so that a restart does not bring everything again; our position is in PostgreSQL."""
BUFFER_RECORDS = 4096
RESTART_SECONDS = 2.0
STOP_SECONDS = 4.0

_log = get_logger("runtime.faust")


class FaustApp(ABC):
    """Runs a Faust app as long as the process lives; an app that crashes, say without a broker, is replaced.

    `name` is the consumer group: replicas share the partitions. A member that is silent for `session_seconds` is dead,
    and nothing is brought to the one that comes instead before that.
    """

    def __init__(
        self, connection: Connection, name: str, topics: Iterable[str], *, session_seconds: float = SESSION_SECONDS
    ) -> None:
        self._connection = connection
        self._session_seconds = session_seconds
        self._name = name
        self._topics = tuple(dict.fromkeys(topics))
        self._app: Any = None
        self._has_joined = False

    @abstractmethod
    def offer(self, record: Record) -> None:
        """Take a record up: at once, and without failing."""

    def assigned(self, partition: Partition) -> None:  # noqa: B027 - not everybody cares
        """A partition is ours from now on."""

    def ended(self) -> None:  # noqa: B027 - not everybody cares
        """The app has ended; another one is started soon."""

    @property
    def trouble(self) -> str | None:
        """Why no records come just now, or None."""
        app = self._app
        if app is None or app.should_stop or not self._has_joined:
            return "Faust is starting"
        if app.rebalancing:
            return "the consumer group is rebalancing"
        return None

    async def run(self) -> None:
        while True:
            folder = tempfile.mkdtemp(prefix="faust-")
            try:
                await self._run_once(folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            self.ended()
            await asyncio.sleep(RESTART_SECONDS)

    async def _run_once(self, folder: str) -> None:
        """One app, from its start until it crashes or we are cancelled."""
        self._has_joined = False
        self._app = app = self._build(folder)
        starting = asyncio.ensure_future(app.start())
        try:
            await asyncio.shield(starting)
            await app.wait_until_stopped()
        except Exception as error:  # noqa: BLE001 - whatever ends Faust, the log is read on without it
            _log.warning("faust_ended", error=repr(error))
        finally:
            await _stop(app, starting)

    def _build(self, folder: str) -> Any:
        app = _app(self._connection, self._name, folder, self._session_seconds)
        for topic in self._topics:
            app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), name=f"feed-{topic}")(self._offer)
        app.on_partitions_assigned.connect(self._assigned, weak=False)
        return app

    async def _offer(self, stream: Any) -> None:
        async for event in stream.events():
            self.offer(_record(event.message))

    async def _assigned(self, _app: Any, assigned: Any, **_: Any) -> None:
        """The group has settled; a member beyond its partitions gets none."""
        self._has_joined = True
        for partition in assigned:
            self.assigned(Partition(partition.topic, partition.partition))


async def _stop(app: Any, starting: asyncio.Future[None]) -> None:
    """Stop an app; one that is still starting finishes first, or it would leave its connections open."""
    await asyncio.wait({starting}, timeout=STOP_SECONDS)
    starting.cancel()
    with suppress(Exception):
        await asyncio.wait_for(app.stop(), STOP_SECONDS)


def _app(connection: Connection, name: str, folder: str, session_seconds: float) -> Any:
    """A Faust app without agents."""
    app: Any = faust.App(
        name,
        broker=";".join(f"kafka://{host}" for host in connection.bootstrap.split(",")),
        broker_credentials=_credentials(connection),
        broker_session_timeout=session_seconds,
        broker_heartbeat_interval=session_seconds / HEARTBEATS_A_SESSION,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_commit_interval=COMMIT_SECONDS,
        broker_client_id=name,
        consumer_auto_offset_reset="earliest",
        datadir=folder,
        key_serializer="raw",
        value_serializer="raw",
        producer_acks=-1,
        processing_guarantee="at_least_once",
        stream_buffer_maxsize=BUFFER_RECORDS,
        stream_wait_empty=False,
        store="memory://",
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        autodiscover=False,
    )
    app.transport = _Transport(app.conf.broker_consumer, app)
    return app


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust's own, but its client is ended our way: a plain stop may leave connections open and the thread waiting."""

    async def on_thread_stop(self) -> None:
        await super(driver.AIOKafkaConsumerThread, self).on_thread_stop()
        if self._consumer is not None:
            await end(self._consumer, STOP_SECONDS)

    def close(self) -> None:
        """Leave the client to `on_thread_stop`.

        Faust closes it in another thread when a rebalance comes while the app stops. That close may wait for this
        thread without end, and the process with it.
        """


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class _Transport(driver.Transport):
    Consumer = _Consumer


def _record(message: Any) -> Record:
    headers = message.headers or ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return Record(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        tuple((name, value) for name, value in pairs),
        int((message.timestamp or 0) * 1000),
    )


def _credentials(connection: Connection) -> Any:
    if connection.username is not None:
        return faust.SASLCredentials(
            username=connection.username,
            password=connection.sasl_password(),
            mechanism="SCRAM-SHA-512",
            ssl_context=connection.tls,
        )
    return None if connection.tls is None else faust.SSLCredentials(context=connection.tls)
