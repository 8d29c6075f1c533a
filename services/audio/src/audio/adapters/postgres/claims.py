"""Which worker is at which conversion, in PostgreSQL: a lease that a dead worker lets run out."""

from typing import Any

from audio.application.working import Backlog
from contracts.audio.events import AudioConversionRequested
from runtime.postgres.trouble import transaction

_CLAIM = """
INSERT INTO audio_private.claims (job, attempts, worker, until)
SELECT $1, 1, $2, now() + make_interval(secs => $3)
 WHERE NOT EXISTS (SELECT FROM jobs WHERE job = $1 AND state <> 'waiting')
    ON CONFLICT (job) DO UPDATE
   SET attempts = claims.attempts + 1, worker = excluded.worker, until = excluded.until
 WHERE claims.until < now()
RETURNING attempts"""
_PROLONG = "UPDATE audio_private.claims SET until = now() + make_interval(secs => $3) WHERE job = $1 AND worker = $2"
_FINISH = "UPDATE audio_private.claims SET until = 'infinity' WHERE job = $1 AND worker = $2"
_RELEASE = """
UPDATE audio_private.claims SET until = now(), attempts = attempts - $3 WHERE job = $1 AND worker = $2"""
_WAITING = """
SELECT j.request FROM jobs AS j LEFT JOIN audio_private.claims AS c USING (job)
 WHERE j.state = 'waiting' AND (c.until IS NULL OR c.until < now()) ORDER BY j.number LIMIT $1"""

_BACKLOG = (
    "SELECT count(*), coalesce(extract(epoch FROM now() - min(requested)), 0)::float FROM jobs WHERE state = 'waiting'"
)


class PostgresClaims:
    """Implements Claims for one worker, by the database's clock."""

    def __init__(self, pool: Any, worker: str, lease_seconds: float) -> None:
        self._pool = pool
        self._worker = worker
        self._lease_seconds = lease_seconds

    async def claim(self, job: str) -> int | None:
        async with transaction(self._pool, "claim a conversion") as connection:
            found: int | None = await connection.fetchval(_CLAIM, job, self._worker, self._lease_seconds)
            return found

    async def prolong(self, job: str) -> None:
        async with transaction(self._pool, "prolong a claim") as connection:
            await connection.execute(_PROLONG, job, self._worker, self._lease_seconds)

    async def finish(self, job: str) -> None:
        async with transaction(self._pool, "finish a claim") as connection:
            await connection.execute(_FINISH, job, self._worker)

    async def release(self, job: str, *, counts: bool) -> None:
        async with transaction(self._pool, "release a claim") as connection:
            await connection.execute(_RELEASE, job, self._worker, 0 if counts else 1)

    async def waiting(self, limit: int) -> list[AudioConversionRequested]:
        async with transaction(self._pool, "find what waits") as connection:
            rows = await connection.fetch(_WAITING, limit)
            return [AudioConversionRequested.from_json_bytes(row["request"].encode()) for row in rows]

    async def backlog(self) -> Backlog:
        async with transaction(self._pool, "count what waits") as connection:
            return Backlog(*await connection.fetchrow(_BACKLOG))
