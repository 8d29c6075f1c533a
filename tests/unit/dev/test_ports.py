import socket
from pathlib import Path

import pytest

from dev.stack.ports import HIGHEST, HOST, LOWEST, Ports, is_free


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ports.json"


def test_a_port_is_chosen_once_and_remembered(file: Path) -> None:
    first = Ports(file).port("kafka")

    assert Ports(file).port("kafka") == first
    assert LOWEST <= first <= HIGHEST


def test_two_names_never_share_a_port(file: Path) -> None:
    ports = Ports(file, free=lambda _: True)

    assert len({ports.port(f"part-{number}") for number in range(300)}) == 300


def test_a_remembered_port_that_is_free_is_kept(file: Path) -> None:
    ports = Ports(file, free=lambda _: True)
    port = ports.port("kafka")

    assert ports.release_if_taken("kafka") is None
    assert ports.port("kafka") == port


def test_a_remembered_port_that_somebody_took_is_given_up(file: Path) -> None:
    port = Ports(file, free=lambda _: True).port("kafka")
    ports = Ports(file, free=lambda asked: asked != port)

    assert ports.release_if_taken("kafka") == port
    assert ports.port("kafka") != port
    assert Ports(file).port("kafka") == ports.port("kafka")


def test_no_port_is_chosen_when_none_is_free(file: Path) -> None:
    with pytest.raises(OSError, match="no free port"):
        Ports(file, free=lambda _: False).port("kafka")


def test_a_port_with_a_listener_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert not is_free(port)

    assert is_free(port)
