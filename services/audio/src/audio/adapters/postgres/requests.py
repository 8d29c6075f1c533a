"""Requests and the bounds of companies in PostgreSQL, in the schema that no rebuild touches."""

from datetime import datetime, timedelta
from typing import Any

from audio.application.requesting import SOON_SECONDS, Bounds, OtherRequest, QuotaReached
from contracts.audio.events import AudioConversionRequested
from runtime.postgres.trouble import transaction

DAY = timedelta(days=1)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
# A conversion that was deleted, or that is older than its request is kept, is another one to whoever asks again.
_KNOWN = """
SELECT CASE WHEN j.state = 'deleted' THEN '' ELSE coalesce(r.fingerprint, '') END AS fingerprint
  FROM (SELECT $1::text AS job) AS k
  LEFT JOIN audio_private.requests AS r USING (job)
  LEFT JOIN jobs AS j USING (job)
 WHERE r.job IS NOT NULL OR j.job IS NOT NULL"""
# A request that never came to the log, for its sender was lost, is not waited for.
_USED = """
SELECT count(*) AS jobs, coalesce(sum(r.bytes), 0) AS bytes, coalesce(sum(j.milliseconds), 0) AS milliseconds,
       count(*) FILTER (WHERE coalesce(j.state, 'waiting') = 'waiting'
                          AND (r.sent OR r.requested > $2::timestamptz - interval '10 minutes')) AS waiting,
       min(r.requested) AS oldest
  FROM audio_private.requests AS r LEFT JOIN jobs AS j USING (job)
 WHERE r.company = $1 AND r.requested > $2::timestamptz - interval '1 day'"""
_RESERVE = """
INSERT INTO audio_private.requests (job, account, company, batch, request, fingerprint, bytes, requested)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
_SENT = "UPDATE audio_private.requests SET sent = true WHERE job = $1"
_SWEEP = "DELETE FROM audio_private.requests WHERE requested < $1::timestamptz - interval '2 days'"
_SWEEP_CLAIMS = """
DELETE FROM audio_private.claims AS c WHERE EXISTS
       (SELECT FROM jobs AS j
         WHERE j.job = c.job AND j.state <> 'waiting' AND j.ended < $1::timestamptz - interval '2 days')"""


class PostgresRequests:
    """Implements Requests."""

    def __init__(self, pool: Any, bounds: Bounds) -> None:
        self._pool = pool
        self._bounds = bounds

    async def reserve(self, request: AudioConversionRequested, fingerprint: str, size: int, now: datetime) -> None:
        async with transaction(self._pool, "note a request") as connection:
            await connection.execute(_LOCK, f"audio of {request.company}")
            known = await connection.fetchrow(_KNOWN, request.job)
            if known is None:
                self._check(await connection.fetchrow(_USED, request.company, now), size, now)
                said = request.json_bytes().decode()
                whose = request.job, request.account, request.company, request.batch
                await connection.execute(_RESERVE, *whose, said, fingerprint, size, now)
            elif known["fingerprint"] != fingerprint:
                raise OtherRequest

    def _check(self, used: Any, size: int, now: datetime) -> None:
        if used["waiting"] >= self._bounds.waiting:
            raise QuotaReached(SOON_SECONDS)
        full = (
            used["jobs"] >= self._bounds.jobs,
            used["milliseconds"] >= self._bounds.seconds * 1000,
            used["bytes"] + size > self._bounds.bytes,
        )
        if any(full):
            freed = (used["oldest"] or now) + DAY - now
            raise QuotaReached(max(int(freed.total_seconds()) + 1, 1))

    async def sent(self, job: str) -> None:
        async with transaction(self._pool, "confirm a request") as connection:
            await connection.execute(_SENT, job)

    async def sweep(self, now: datetime) -> None:
        async with transaction(self._pool, "sweep requests") as connection:
            await connection.execute(_SWEEP, now)
            await connection.execute(_SWEEP_CLAIMS, now)
