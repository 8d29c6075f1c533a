"""What stood on the devices of projects at an entry, by the version that each of them had then.

Who sees a project sees all that was in it, so that nothing is left out of a sum (rule X7).
"""

from collections.abc import Sequence
from typing import Any

from ledger.adapters.postgres.queries.past_visibility import stay

MOST_STAYS = 5_000
"""Stays of devices in all projects of a list, at most: each takes three reads of an index."""

_CAME = """
SELECT count(*) FROM (SELECT FROM device_stays WHERE ledger = $1 AND project = ANY ($2) LIMIT $3) AS came"""
_LOTS = "jsonb_to_recordset({}) AS {} (license_type text, license_class text, count bigint)"
# As of now, of which the projector keeps the sums: of a type, a device had as many licenses delivered as stood in the
# newest file that it had got, but no more than it had. Most devices had their newest file, and no other is read then.
_ALLOCATED_THEN = f"""
SELECT p.project, lot.license_type, min(lot.license_class) AS license_class, sum(lot.count)::bigint AS count,
       sum(CASE WHEN got.issue = v.issue THEN lot.count WHEN got.issue IS NULL THEN 0
                ELSE least(lot.count, coalesce((
                SELECT max(held.count)
                  FROM device_versions AS o CROSS JOIN LATERAL {_LOTS.format("o.licenses", "held")}
                 WHERE o.ledger = $1 AND o.serial = came.serial AND o.sequence < v.sequence
                   AND o.generation = v.generation AND o.issue = got.issue
                   AND held.license_type = lot.license_type), 0)) END)::bigint AS delivered
  FROM unnest($2::text[]) AS p (project)
 CROSS JOIN LATERAL (SELECT DISTINCT serial FROM device_stays WHERE ledger = $1 AND project = p.project) AS came
 CROSS JOIN LATERAL {stay("came.serial", "$3")} AS stay
 CROSS JOIN LATERAL (
       SELECT generation, issue, licenses, sequence FROM device_versions
        WHERE ledger = $1 AND serial = came.serial AND sequence <= $3 ORDER BY sequence DESC LIMIT 1) AS v
  LEFT JOIN LATERAL (
       SELECT issue FROM deliveries
        WHERE ledger = $1 AND serial = came.serial AND generation = v.generation AND sequence <= $3
        ORDER BY issue DESC LIMIT 1) AS got ON true
 CROSS JOIN LATERAL {_LOTS.format("v.licenses", "lot")}
 WHERE stay.project = p.project GROUP BY p.project, lot.license_type ORDER BY p.project, lot.license_type"""  # noqa: S608


async def came_too_many(connection: Any, ledger: int, projects: Sequence[str]) -> bool:
    """Whether more devices came into these projects together than the answer of a list may read."""
    return bool(await connection.fetchval(_CAME, ledger, projects, MOST_STAYS + 1) > MOST_STAYS)


async def allocated_then(connection: Any, ledger: int, projects: Sequence[str], sequence: int) -> Sequence[Any]:
    """Rows of projects and types."""
    rows: Sequence[Any] = await connection.fetch(_ALLOCATED_THEN, ledger, projects, sequence)
    return rows
