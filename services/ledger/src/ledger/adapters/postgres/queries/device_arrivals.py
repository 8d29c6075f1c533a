"""Devices in the order in which they came into their projects, the last one first."""

from typing import Any

from ledger.adapters.postgres.queries.visibility import Reach

_WALK = """
(SELECT serial, sequence FROM device_arrivals
  WHERE ledger = $1 AND sequence < $2{where} ORDER BY sequence DESC LIMIT $3)"""
_EVERYWHERE = """
SELECT serial, sequence FROM device_arrivals
 WHERE ledger = $1 AND -sequence > -$2::integer ORDER BY -sequence LIMIT $3"""
# A walk for each project, as far as the page goes.
_GRANTED = """
(SELECT shown.* FROM unnest({projects}::text[]) AS granted (id) CROSS JOIN LATERAL {walk} AS shown
  ORDER BY shown.sequence DESC LIMIT $3)"""


def device_arrivals(reach: Reach, project: str | None) -> tuple[str, list[Any]]:
    """The query for serials with the entries of their arrivals, and its arguments; no query where nothing can be seen.

    $1 is the ledger, $2 the entry to begin before, $3 the number of rows.
    """
    everything, company, projects = reach
    if project is not None:
        return _WALK.format(where=" AND project = $4"), [project]
    if everything:
        return _EVERYWHERE, []
    arguments: list[Any] = [company] if company else []
    walks = [_WALK.format(where=" AND company = $4")] if company else []
    if projects:
        arguments.append(projects)
        walk = _WALK.format(where=" AND project = granted.id")
        walks.append(_GRANTED.format(projects=f"${len(arguments) + 3}", walk=walk))
    union = " UNION ".join(walks)
    return (f"{union} ORDER BY sequence DESC LIMIT $3" if len(walks) > 1 else union), arguments
