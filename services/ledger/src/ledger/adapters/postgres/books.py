"""Balances held against what is kept beside them, in one statement: so all of it is of the same moment."""

from typing import Any

from contracts.accounts import UNHELD, device_account, held_account, project_account
from contracts.log.subjects import COMPANY, PROJECT, subject
from runtime.postgres.trouble import transaction

# What accounts hold, against the sum of what was moved; and totals, against the sum of what accounts hold.
_DIFFERENCES = f"""
WITH holdings AS (
    SELECT ledger, '{project_account("")}' || project AS account, license_type, free AS units FROM balances
    UNION ALL SELECT ledger, '{held_account("")}' || project, license_type, held FROM held_licenses
    UNION ALL SELECT ledger, '{device_account("")}' || serial, license_type, count FROM device_licenses
), moved AS (
    SELECT ledger, account, license_type, sum(units) AS units FROM movements
     WHERE account <> ALL ($1) GROUP BY ledger, account, license_type
), parts AS (
    SELECT ledger, project, license_type, free, 0 AS held, 0 AS allocated FROM balances
    UNION ALL SELECT ledger, project, license_type, 0, held, 0 FROM held_licenses
    UNION ALL SELECT d.ledger, d.project, l.license_type, 0, 0, l.count
                FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
), sums AS (
    SELECT h.ledger, o.owner, h.license_type, sum(h.free) AS free, sum(h.held) AS held, sum(h.allocated) AS allocated
      FROM parts AS h JOIN projects AS p USING (ledger, project)
     CROSS JOIN LATERAL (
           VALUES ('{subject(PROJECT, "")}' || project), ('{subject(COMPANY, "")}' || p.company)) AS o (owner)
     GROUP BY h.ledger, o.owner, h.license_type
)
SELECT ledger, account || ' ' || license_type AS what
  FROM (SELECT * FROM holdings WHERE units <> 0) AS h
  FULL JOIN (SELECT * FROM moved WHERE units <> 0) AS m USING (ledger, account, license_type)
 WHERE h.units IS DISTINCT FROM m.units
UNION ALL
SELECT ledger, owner || ' ' || license_type
  FROM (SELECT * FROM sums WHERE free + held + allocated <> 0) AS s
  FULL JOIN license_totals AS t USING (ledger, owner, license_type)
 WHERE (s.free, s.held, s.allocated) IS DISTINCT FROM (t.free, t.held, t.allocated)
 ORDER BY ledger, what"""  # noqa: S608 - names of accounts are constants


class PostgresBooks:
    """Implements Books on a pool whose search_path is the schema."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def differences(self) -> dict[int, list[str]]:
        async with transaction(self._pool, "compare balances") as connection:
            rows = await connection.fetch(_DIFFERENCES, sorted(UNHELD))
        found: dict[int, list[str]] = {}
        for ledger, what in rows:
            found.setdefault(ledger, []).append(what)
        return found
