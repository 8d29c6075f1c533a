"""Conversions of an account from the rows that follow from the log, and from its requests until those have them."""

from typing import Any

from audio.application.queries import Job
from contracts.actors import Account
from contracts.audio.conversions import ConvertedFile
from contracts.audio.events import AudioConversionCompleted, AudioConversionFailed, AudioConversionRequested
from runtime.pages import Page, one_page
from runtime.postgres.trouble import transaction

_FILES = "ARRAY(SELECT f.file FROM files AS f WHERE f.job = jobs.job) AS files"
_ROW = f"number, state, requested, ended, request, result, failure, {_FILES}"
_MINE = "account = $1 AND company = $2 AND state <> 'deleted'"
_PAGE = f"SELECT {_ROW} FROM jobs WHERE {_MINE} AND number < $3 ORDER BY number DESC LIMIT $4"  # noqa: S608
# Who was answered finds the conversion, however far behind the rows are, or while a rebuild makes them anew.
_ASKED = """
SELECT NULL AS number, 'waiting' AS state, r.requested, NULL AS ended, r.request, NULL AS result, NULL AS failure,
       '{}'::text[] AS files
  FROM audio_private.requests AS r
 WHERE r.account = $1 AND r.company = $2 AND r.sent AND NOT EXISTS (SELECT FROM jobs WHERE jobs.job = r.job)"""
_ONE = f"SELECT {_ROW} FROM jobs WHERE {_MINE} AND job = $3 UNION ALL {_ASKED} AND r.job = $3"  # noqa: S608
# Numbers follow the order in which partitions are read; times, that in which a batch was sent.
_BATCH = f"""
SELECT {_ROW} FROM jobs WHERE {_MINE} AND batch = $3 UNION ALL {_ASKED} AND r.batch = $3
 ORDER BY requested"""  # noqa: S608


class PostgresJobs:
    """Implements Jobs."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def one(self, account: Account, job: str) -> Job | None:
        async with transaction(self._pool, "read a conversion") as connection:
            row = await connection.fetchrow(_ONE, account.account, account.company, job)
            return None if row is None else _job(row)

    async def of_batch(self, account: Account, batch: str) -> list[Job]:
        async with transaction(self._pool, "read a batch") as connection:
            rows = await connection.fetch(_BATCH, account.account, account.company, batch)
            return [_job(row) for row in rows]

    async def of_account(self, account: Account, before: int, limit: int) -> Page[Job]:
        async with transaction(self._pool, "read conversions") as connection:
            rows = await connection.fetch(_PAGE, account.account, account.company, before, limit + 1)
            return one_page(map(_job, rows), limit)


def _job(row: Any) -> Job:
    result, failure = row["result"], row["failure"]
    request = AudioConversionRequested.from_json_bytes(row["request"].encode())
    made = {one.format: one for one in (ConvertedFile.from_json_bytes(file.encode()) for file in row["files"])}
    return Job(
        number=row["number"],
        request=request,
        state=row["state"],
        requested=row["requested"],
        ended=row["ended"],
        result=AudioConversionCompleted.from_json_bytes(result.encode()) if result else None,
        failure=AudioConversionFailed.from_json_bytes(failure.encode()) if failure else None,
        files=tuple(made[code] for code in request.formats if code in made),
    )
