"""A client goes on over the connection by which it learns the brokers, where that leads to one of them."""
# pyright: reportPrivateUsage=false

from typing import Any

import pytest
from aiokafka.client import ConnectionGroup
from aiokafka.cluster import ClusterMetadata
from aiokafka.structs import BrokerMetadata

from runtime.kafka.aiokafka_internals import _keep_first_connection

BOOTSTRAP = ("bootstrap", ConnectionGroup.DEFAULT)


class First:
    """The connection to the address that is configured."""

    host, port = "kafka", 9092

    def __init__(self) -> None:
        self.is_closed = False
        self._on_close_cb: Any = None

    def close(self) -> None:
        self.is_closed = True


class Connections:
    """What aiokafka's client asks brokers with: it keeps its first connection while it has heard of no broker."""

    def __init__(self, *brokers: tuple[str, int], answers: bool = True) -> None:
        self.cluster = ClusterMetadata()
        self.first = First()
        self._conns = dict[Any, First]()
        self._brokers, self._answers = brokers, answers

    async def bootstrap(self) -> None:
        if not self._answers:
            raise OSError
        self.cluster._brokers = {
            number: BrokerMetadata(number, host, port, None) for number, (host, port) in enumerate(self._brokers)
        }
        if not self.cluster.brokers():
            self._conns[BOOTSTRAP] = self.first

    def _on_connection_closed(self, *_: Any) -> None: ...


async def test_it_becomes_the_connection_to_that_broker() -> None:
    connections = Connections(("other", 9092), ("kafka", 9092))
    _keep_first_connection(connections)
    await connections.bootstrap()

    assert connections._conns == {(1, ConnectionGroup.DEFAULT): connections.first}
    assert connections.first._on_close_cb == connections._on_connection_closed
    assert not connections.first.is_closed


async def test_it_ends_where_the_brokers_have_other_addresses() -> None:
    connections = Connections(("other", 9092), ("kafka", 9093))
    _keep_first_connection(connections)
    await connections.bootstrap()

    assert (connections._conns, connections.first.is_closed) == ({}, True)
    assert len(connections.cluster.brokers()) == 2


async def test_it_stays_the_way_to_ask_again_while_no_broker_is_known() -> None:
    connections = Connections()
    _keep_first_connection(connections)
    await connections.bootstrap()

    assert (connections._conns, connections.first.is_closed) == ({BOOTSTRAP: connections.first}, False)


async def test_a_failure_is_passed_on() -> None:
    connections = Connections(answers=False)
    _keep_first_connection(connections)
    with pytest.raises(OSError):
        await connections.bootstrap()

    assert connections.cluster.brokers() == set()
