"""What tests share: one real broker a run, one real database a process, fresh topics and databases for each user."""

import asyncio
import fcntl
import gc
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvloop
from xdist.scheduler import LoadScopeScheduling

from dev.stack import places, ports
from dev.stack.guard import Guard
from dev.stack.kafka import Broker
from dev.stack.parts import Kit
from dev.stack.postgres import Cluster
from dev.stack.topics import create_users
from tests.support import time_limits
from tests.support.campaign import LONG
from tests.support.databases import new_database
from tests.support.kafka_topics import KafkaTopics, MakeTopics, topics_on
from tests.support.laws import use_profile
from tests.support.running import whole_stack

use_profile()

THE_PORTAL = "tests/e2e/test_portal"
ON_THE_STACK = (
    "tests/e2e/",
    "tests/faults/test_cache_lost.py",
    "tests/faults/test_database_lost.py",
    "tests/faults/test_deleted_topics.py",
    "tests/faults/test_expired_certificates.py",
    "tests/faults/test_full_disk.py",
    "tests/faults/test_junk_on_every_topic.py",
    "tests/faults/test_outages.py",
    "tests/faults/test_runbooks",
    "tests/faults/test_stopped_signer.py",
    "tests/faults/test_two_versions.py",
    "tests/oidc/",
)
"""Tests that use `kit`. Those of the portal, a third of them by time, have a stack of their own."""
ON_A_BROKER_OF_THEIR_OWN = (
    "tests/integration/dev/test_broker.py",
    "tests/integration/ledger/test_api.py",
    "tests/integration/ledger/test_projector.py",
    "tests/integration/operations/test_topics_diff.py",
    "tests/integration/runtime/test_kafka.py",
    "tests/integration/runtime/test_readiness.py",
    "tests/integration/signer/test_outputs.py",
)
"""Tests that stop the broker, or change what everybody may do there."""
MANIFESTS = "tests/unit/deploy/test_schemas.py"
PORT_SHARES = 6
"""As many processes of a run, at most, choose ports from ranges of their own."""


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    config.pluginmanager.register(FailuresAtOnce(config))
    config.pluginmanager.register(time_limits)
    _share_ports_out()
    _log_defects_in_plain_text()
    # What pytest-asyncio makes loops by; as the services have theirs.
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # pyright: ignore[reportDeprecated]  # from Python 3.14 on


class FailuresAtOnce:
    """Names each test that fails when it fails: a run may be ended before its summary."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal and report.failed:
            terminal.write_line(f"FAILED {report.nodeid} ({report.when})")


def _log_defects_in_plain_text() -> None:
    """structlog draws a traceback with all local variables unless told otherwise, which takes seconds."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, plain])


def _share_ports_out() -> None:
    """Two processes that start stacks at once must not choose the same free port."""
    share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PORT_SHARES
    size = (ports.HIGHEST - ports.LOWEST) // PORT_SHARES
    ports.LOWEST += share * size
    ports.HIGHEST = ports.LOWEST + size - 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave campaigns to `make faults`."""
    left = [] if LONG else [item for item in items if item.get_closest_marker("campaign")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nobody looks for garbage in it, neither while it is made nor afterwards."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which custom resources were taken as they are, where manifests were looked at."""
    reports = (report for found in terminalreporter.stats.values() for report in found)
    if any(getattr(report, "nodeid", "").startswith(MANIFESTS) for report in reports):
        from dev.kubernetes import definitions  # noqa: PLC0415 - it imports every service

        if said := definitions.said_of(definitions.lacking(definitions.known())):
            terminalreporter.write_line(said)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist is untyped
    """What one worker runs on its own: the tests of a file, and all that act on one running stack."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(THE_PORTAL):
            return "portal"
        if nodeid.startswith(ON_A_BROKER_OF_THEIR_OWN):
            return "broker"
        return "stack" if nodeid.startswith(ON_THE_STACK) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


_RUN = ExitStack()


@cache
def _folder_of_the_run() -> Path:
    """A new folder; whatever has a pid file in it ends with this process, however that ends."""
    folder = places.STATE / "tests" / secrets.token_hex(4)
    folder.mkdir(parents=True)
    _RUN.enter_context(Guard(folder))
    return folder


def pytest_configure_node(node: Any) -> None:
    node.workerinput["folder"] = str(_folder_of_the_run())


def pytest_unconfigure() -> None:
    _RUN.close()


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """Where all processes of this run keep what they start."""
    known: dict[str, str] = getattr(pytestconfig, "workerinput", {})
    return Path(known["folder"]) if known else _folder_of_the_run()


@pytest.fixture(scope="session")
def state(run_folder: Path, worker_id: str) -> Path:
    """Where this process keeps what it starts."""
    folder = run_folder / worker_id
    folder.mkdir()
    return folder


_STACK, _OWN_BROKER = ExitStack(), ExitStack()
_RUNNING: list[Kit] = []
_BROKERS: list[Broker] = []


@pytest.fixture(scope="module")
def kit(state: Path) -> Kit:
    """The running stack, until the last of ON_THE_STACK. A test that ends a part of it starts that again."""
    if not _RUNNING:
        _RUNNING.append(_STACK.enter_context(whole_stack(state / f"stack-{secrets.token_hex(2)}")))
    return _RUNNING[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End a stack or a broker after its last test: its processes would take time from all that follow."""
    for users, running, stack in ((ON_THE_STACK, _RUNNING, _STACK), (ON_A_BROKER_OF_THEIR_OWN, _BROKERS, _OWN_BROKER)):
        if item.nodeid.startswith(users) and not (nextitem and nextitem.nodeid.startswith(users)):
            running.clear()
            stack.close()


@pytest.fixture(scope="module")
def broker(request: pytest.FixtureRequest, run_folder: Path, state: Path) -> Broker:
    """A real broker; `connection` says how to reach it in a role.

    It is the one of this run, which whoever needs it first starts, or one that a test may stop and starts again.
    """
    if not request.node.nodeid.startswith(ON_A_BROKER_OF_THEIR_OWN):
        return _broker_of_the_run(run_folder / "shared")
    if not _BROKERS:
        _BROKERS.append(_started(state / f"broker-{secrets.token_hex(2)}"))
        _OWN_BROKER.callback(_BROKERS[0].stop)
    return _BROKERS[0]


def _broker_of_the_run(folder: Path) -> Broker:
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        broker = Kit(folder, short_lived=True).broker()
        return broker if broker.process.was_started() else _started(folder)


def _started(folder: Path) -> Broker:
    broker = Kit(folder, short_lived=True).broker()
    broker.start()
    asyncio.run(create_users(broker))
    return broker


@pytest.fixture(scope="session")
def postgres(state: Path) -> Iterator[Cluster]:
    """A real PostgreSQL cluster. A test that stops it starts it again."""
    cluster = Kit(state, short_lived=True).cluster()
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def database_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database for the tests of one module."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture
def fresh_database_url(postgres: Cluster) -> Iterator[str]:
    """The URL of an empty database for one test."""
    with new_database(postgres) as url:
        yield url


@pytest.fixture
async def make_topics(request: pytest.FixtureRequest, broker: Broker) -> AsyncIterator[MakeTopics]:
    """Makes the declared topics under a new prefix, for as many ledgers as it is told.

    With the marker `topics_of` they are only those that the roles it names write or read.
    """
    marker = request.node.get_closest_marker("topics_of")
    async with AsyncExitStack() as made:

        async def make(ledgers: int = 1) -> KafkaTopics:
            return await made.enter_async_context(topics_on(broker, ledgers, roles=marker.args if marker else ()))

        yield make


@pytest.fixture
async def kafka_topics(make_topics: MakeTopics) -> KafkaTopics:
    """The declared topics of one ledger, for one test."""
    return await make_topics()
