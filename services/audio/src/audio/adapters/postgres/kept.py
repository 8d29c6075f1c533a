"""Where files lie, in PostgreSQL, in the schema that no rebuild touches."""

from datetime import datetime
from typing import Any

from runtime.postgres.trouble import transaction

_NOTE = "INSERT INTO audio_private.kept (job, place, expires) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_OF_JOB = "SELECT place FROM audio_private.kept WHERE job = $1 ORDER BY place"
_ENDED = """
SELECT k.job, k.place FROM audio_private.kept AS k LEFT JOIN jobs AS j USING (job)
 WHERE k.expires <= $1 OR j.state = 'deleted' ORDER BY k.expires LIMIT 10000"""
_SHARE = """
INSERT INTO audio_private.kept (job, place, expires)
SELECT $2, place, expires FROM audio_private.kept WHERE place = $1 AND job = $3 ON CONFLICT DO NOTHING"""
_USED = "SELECT EXISTS (SELECT FROM audio_private.kept WHERE place = $1 AND job <> $2)"
_FORGET = "DELETE FROM audio_private.kept WHERE job = $1 AND place = $2"


class PostgresKept:
    """Implements Kept."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def note(self, job: str, place: str, expires: datetime) -> None:
        async with transaction(self._pool, "note a file") as connection:
            await connection.execute(_NOTE, job, place, expires)

    async def of_job(self, job: str) -> list[str]:
        async with transaction(self._pool, "find files") as connection:
            return [row["place"] for row in await connection.fetch(_OF_JOB, job)]

    async def ended(self, now: datetime) -> list[tuple[str, str]]:
        async with transaction(self._pool, "find files that ended") as connection:
            return [(row["job"], row["place"]) for row in await connection.fetch(_ENDED, now)]

    async def share(self, place: str, job: str, other: str) -> None:
        async with transaction(self._pool, "share a file") as connection:
            await connection.execute(_SHARE, place, job, other)

    async def used_by_others(self, place: str, job: str) -> bool:
        async with transaction(self._pool, "ask who uses a file") as connection:
            return bool(await connection.fetchval(_USED, place, job))

    async def forget(self, job: str, place: str) -> None:
        async with transaction(self._pool, "forget a file") as connection:
            await connection.execute(_FORGET, job, place)
