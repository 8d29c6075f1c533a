"""The search for devices as they were at an entry, among those that ever came where the viewer sees.

Nothing orders devices by where they were then. So a page looks at a bounded number of those that came, by serial, and
shows those that were there.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.adapters.postgres.queries.pagination import AFTER_ALL
from ledger.adapters.postgres.queries.past_visibility import Past, stay
from ledger.application.queries.devices import DeviceSearch, DeviceView

LOOKED_AT = 3
"""Devices that came, for each that a page may show: as many as leave a page full where a third of them was there."""
_WERE_THERE = f"""
SELECT came.serial FROM unnest($2::text[]) AS came (serial) CROSS JOIN LATERAL {stay("came.serial", "$3")} AS stay
 WHERE stay.project IS NOT NULL AND ($4 OR stay.company = ANY ($5) OR stay.project = ANY ($6))
   AND ($7::text IS NULL OR stay.project = $7) AND ($8::text IS NULL OR stay.company = $8)
 ORDER BY came.serial"""  # noqa: S608 - made of our own words


class Stretch(NamedTuple):
    """Serials that a page looks at, in order; those that were there; whether others came that are behind them."""

    looked_at: Sequence[str]
    there: Sequence[str]
    more: bool


async def stretch(
    connection: Any, ledger: int, past: Past, wanted: DeviceSearch, sequence: int, after: str, limit: int
) -> Stretch:
    """The devices behind a serial, until there are `limit` that were there at entry `sequence`."""
    most = LOOKED_AT * limit
    query, arguments = _came(past, wanted, after, most + 1)
    came = [row[0] for row in await connection.fetch(query, ledger, *arguments)] if query else []
    reach = past.everything, past.companies, past.projects
    asked = came[:most], sequence, *reach, wanted.project, wanted.company
    there = [row[0] for row in await connection.fetch(_WERE_THERE, ledger, *asked)][:limit]
    looked_at = came[: came.index(there[-1]) + 1] if len(there) == limit else came[:most]
    return Stretch(looked_at, there, len(came) > len(looked_at))


def fits(wanted: DeviceSearch, view: DeviceView) -> bool:
    """Whether the device was as it is wanted."""
    types = {one.license_type for one in view.licenses}
    was_delivered = view.delivered_issue == view.issue
    return (wanted.license_type is None or wanted.license_type in types) and (
        wanted.delivered is None or wanted.delivered == was_delivered
    )


def _came(past: Past, wanted: DeviceSearch, after: str, limit: int) -> tuple[str, list[Any]]:
    """The query for serials of devices that ever came, its $1 the ledger; none where nothing can be seen."""
    arguments: list[Any] = [after, wanted.prefix, wanted.prefix + AFTER_ALL, limit]

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 1}"

    def walk(where: str) -> str:
        return f"""(SELECT DISTINCT serial FROM device_stays
            WHERE ledger = $1 AND serial > $2 AND serial >= $3 AND serial < $4{where} ORDER BY serial LIMIT $5)"""  # noqa: S608

    companies = past.companies if wanted.company is None else [one for one in past.companies if one == wanted.company]
    if wanted.project is not None:
        parts = [walk(f" AND project = {argument(wanted.project)}")]
    elif past.everything:
        parts = [walk("" if wanted.company is None else f" AND company = {argument(wanted.company)}")]
    else:
        parts = [walk(f" AND company = {argument(one)}") for one in companies]
        if past.projects:
            granted = f"unnest({argument(past.projects)}::text[]) AS granted (id)"
            shown = walk(" AND project = granted.id")
            parts.append(
                f"""(SELECT DISTINCT shown.serial FROM {granted} CROSS JOIN LATERAL {shown} AS shown
                ORDER BY shown.serial LIMIT $5)"""  # noqa: S608
            )
    union = " UNION ".join(parts)
    return (f"{union} ORDER BY serial LIMIT $5" if len(parts) > 1 else union), arguments
