from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dev.stack.kafka import Broker
from dev.stack.postgres import Cluster
from tests.support.databases import new_database
from tests.support.kafka_topics import topics_on
from tests.support.ledger.api_at_work import ROLES, Api, a_ledger_at_work
from tests.support.ledger.many_ledgers import ManyLedgers


@pytest.fixture(scope="module")
def many_ledgers(
    request: pytest.FixtureRequest, broker: Broker, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ManyLedgers]:
    """One writer and one projector for all tests of a file that ask for `api`."""
    mine = [item for item in request.session.items if item.path == request.path and "api" in _fixtures(item)]
    folder = tmp_path_factory.mktemp("many-ledgers")
    with ManyLedgers(broker, database_url, folder, len(mine)) as ledgers:
        yield ledgers


@pytest.fixture
async def api(request: pytest.FixtureRequest, broker: Broker, postgres: Cluster, tmp_path: Path) -> AsyncIterator[Api]:
    """The API of a ledger that no other test uses, with its writer and projector.

    With the marker `own_processes` nothing is shared: topics, database, writer and projector are the test's, too.
    """
    if request.node.get_closest_marker("own_processes"):
        with new_database(postgres) as url:
            async with topics_on(broker, roles=ROLES) as topics, a_ledger_at_work(topics, url, tmp_path) as api:
                yield api
    else:
        ledgers: ManyLedgers = request.getfixturevalue("many_ledgers")
        async with ledgers.next_api(tmp_path) as api:
            yield api


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))
