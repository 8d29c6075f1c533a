"""Fixtures of the tests that reach nothing but what they opened themselves on loopback."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, method, _loopback_only(getattr(socket.socket, method)))


@pytest.fixture
def broker() -> None:
    pytest.fail("a unit test wants a broker: it belongs to tests/integration")


@pytest.fixture
def postgres() -> None:
    pytest.fail("a unit test wants a database: it belongs to tests/integration")


def _loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise OSError(f"a unit test wants to reach {address}")
        return connect(self, address)

    return guarded
