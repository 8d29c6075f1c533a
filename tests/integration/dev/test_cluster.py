from collections.abc import Callable

import asyncpg
import pytest

from dev.stack.postgres import Cluster


async def count(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("select count(*) from kept"))
    finally:
        await connection.close()


@pytest.mark.parametrize("end", [Cluster.stop, Cluster.kill], ids=["stopped", "killed"])
async def test_committed_rows_are_there_after_the_database_was(
    postgres: Cluster, fresh_database_url: str, end: Callable[[Cluster], None]
) -> None:
    connection = await asyncpg.connect(fresh_database_url)
    await connection.execute("create table kept as select generate_series(1, 1000)")

    end(postgres)
    postgres.start()

    assert await count(fresh_database_url) == 1000
    connection.terminate()


async def test_nobody_gets_in_without_the_password(postgres: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://licensing:guess@{postgres.address}/licensing")
