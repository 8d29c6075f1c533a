"""RMA's processes at work, once for the tests of a file: each test has the cases of a ledger of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from dev.stack.kafka import Broker
from runtime.eventlog import log_follower
from tests.support.kafka_topics import topics_on
from tests.support.rma.api_at_work import WAIT_SECONDS, CaseApi, a_projector, an_api, projector_settings
from tests.support.rma.at_work import Desk, desks_at_work


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served_desks(
    request: pytest.FixtureRequest, broker: Broker, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Iterator[Desk]]:
    """A desk for each test of the file that asks for `cases`.

    A request waits for the ledger through a second in which the machine stands still: in tests nobody asks again.
    """
    mine = [one for one in request.session.items if one.path == request.path and "cases" in _fixtures(one)]
    folder = tmp_path_factory.mktemp("desks")
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(log_follower, "PATIENCE_SECONDS", WAIT_SECONDS)
        async with (
            topics_on(broker, len(mine)) as topics,
            desks_at_work(topics, folder, len(mine), managed=True) as desks,
            a_projector(projector_settings(topics, database_url, folder, len(mine))),
        ):
            yield iter(desks)


@pytest_asyncio.fixture(loop_scope="module")
async def cases(served_desks: Iterator[Desk], database_url: str, tmp_path: Path) -> AsyncIterator[CaseApi]:
    """The API of a ledger's cases that no other test uses."""
    async with an_api(next(served_desks), database_url, tmp_path) as cases:
        yield cases


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))
