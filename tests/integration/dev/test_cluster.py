import asyncpg
import pytest

from dev.stack.postgres import Cluster
from tests.support.campaign import CRASHES


async def count(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("select count(*) from kept"))
    finally:
        await connection.close()


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
async def test_committed_rows_are_there_after_the_database_was(
    postgres: Cluster, fresh_database_url: str, crash: bool
) -> None:
    connection = await asyncpg.connect(fresh_database_url)
    await connection.execute("create table kept as select generate_series(1, 1000)")

    (postgres.kill if crash else postgres.stop)()
    postgres.start()

    assert await count(fresh_database_url) == 1000
    connection.terminate()


async def test_nobody_gets_in_without_the_password(postgres: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://licensing:guess@{postgres.address}/licensing")
