"""What operators are told of processes that are well, not well, away, or strange."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge

from operations.adapters.admin_ports import MAX_BYTES, AdminPort, statuses
from operations.entrypoints.status_command import MAX_PROCESSES, admin_ports
from runtime.admin import Admin
from runtime.answers import WrongArgument


def a_registry(lags: dict[str, int], dead_letters: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    lag = Gauge("licensing_reader_lag_records", "...", ["topic"], registry=registry)
    for topic, records in lags.items():
        lag.labels(topic).set(records)
    Counter("licensing_dead_letters", "...", ["service", "topic"], registry=registry).labels("x", "y").inc(dead_letters)
    return registry


@asynccontextmanager
async def a_stranger(**answers: str) -> AsyncGenerator[AdminPort]:
    """Something that listens where a process of ours is expected, and answers a path so."""
    app = web.Application()
    for path, text in answers.items():

        async def answer(_: web.Request, text: str = text) -> web.Response:
            return web.Response(text=text)

        app.router.add_get(f"/{path}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield AdminPort("stranger", f"127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def test_each_process_is_shown_as_it_says() -> None:
    well = Admin("127.0.0.1", 0, lambda: (True, "ready"), registry=a_registry({"a": 3, "b": 4}, dead_letters=2))
    stopped = Admin("127.0.0.1", 0, lambda: (False, "ledger 0 stopped: entry 7 breaks x"), registry=CollectorRegistry())
    async with well, stopped:
        ports = [AdminPort(name, f"127.0.0.1:{one.port}") for name, one in (("w", well), ("s", stopped))]

        found = await statuses([*ports, AdminPort("gone", "127.0.0.1:1")])

    assert [(one.name, one.state, one.lag, one.dead_letters) for one in found] == [
        ("w", "ready", 7, 2),
        ("s", "not ready", None, 0),
        ("gone", "away", None, 0),
    ]
    assert found[1].says == "ledger 0 stopped: entry 7 breaks x"
    assert "127.0.0.1:1" in found[2].says


async def test_what_is_no_process_of_ours_is_bounded() -> None:
    async with a_stranger(readyz="x" * (MAX_BYTES + 1)) as huge, a_stranger(readyz="ready", metrics="{{{ 1\n") as odd:
        first, second = await statuses([huge, odd])

    assert (first.state, "more than" in first.says) == ("away", True)
    assert (second.state, second.says.startswith("ready\nno metrics: ")) == ("ready", True)


@pytest.mark.parametrize(
    "text", ["", "\n \n", "writer", "writer=host", "writer=host:port", "a b=host:1", "w=http://host:1", "w=h:1/../x"]
)
def test_what_names_no_process_is_refused_and_named(text: str) -> None:
    with pytest.raises(WrongArgument, match="name=host:port"):
        admin_ports(text)


def test_too_many_are_refused() -> None:
    with pytest.raises(WrongArgument, match="1001 lines"):
        admin_ports("w=h:1\n" * (MAX_PROCESSES + 1))


def test_hosts_have_names_and_addresses_of_both_kinds() -> None:
    said = "writer-0=10.0.0.7:8082\nb=[fd00::1]:8082\n\n c=ledger-writer.licensing.svc:8082 \n"
    assert [one.address for one in admin_ports(said)] == [
        "10.0.0.7:8082",
        "[fd00::1]:8082",
        "ledger-writer.licensing.svc:8082",
    ]
