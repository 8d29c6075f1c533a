"""The search for devices: each part of the query walks an index from where the page begins to where it ends."""

from itertools import product
from typing import Any

from ledger.adapters.postgres.queries.pagination import AFTER_ALL
from ledger.adapters.postgres.queries.visibility import Reach
from ledger.application.queries.devices import DeviceSearch


def device_search(wanted: DeviceSearch, reach: Reach, after: str, limit: int) -> tuple[str, list[Any]]:
    """The query for serials, its $1 the ledger, and its further arguments; no query where nothing can be seen.

    Each part walks an index from where the page begins to where it ends.
    """
    arguments: list[Any] = [after, wanted.prefix, wanted.prefix + AFTER_ALL, limit]

    def argument(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments) + 1}"

    table = "devices" if wanted.license_type is None else "devices_by_type"
    kind = "" if wanted.license_type is None else f" AND license_type = {argument(wanted.license_type)}"
    kind += "" if wanted.model is None else f" AND model = {argument(wanted.model)}"
    states = _states(wanted)

    def walk(where: str) -> str:
        walks = [
            f"""(SELECT serial FROM {table}
            WHERE ledger = $1 AND serial > $2 AND serial >= $3 AND serial < $4{kind}{state}{where}
            ORDER BY serial LIMIT $5)"""  # noqa: S608 - made of our own words
            for state in states
        ]
        if len(walks) == 1:
            return walks[0]
        return f"(SELECT serial FROM ({' UNION ALL '.join(walks)}) AS walks ORDER BY serial LIMIT $5)"  # noqa: S608

    everything, company, projects = reach
    if wanted.project is not None:
        parts = [walk(f" AND project = {argument(wanted.project)}")]
    elif everything:
        parts = [walk("")]
    else:
        parts = [walk(f" AND company = {argument(company)}")] if company else []
        if projects:
            granted = f"unnest({argument(projects)}::text[]) AS granted (id)"
            shown = walk(" AND project = granted.id")
            parts.append(
                f"""(SELECT shown.serial FROM {granted} CROSS JOIN LATERAL {shown} AS shown
                ORDER BY shown.serial LIMIT $5)"""  # noqa: S608
            )
    union = " UNION ".join(parts)
    return (f"{union} ORDER BY serial LIMIT $5" if len(parts) > 1 else union), arguments


def _states(wanted: DeviceSearch) -> list[str]:
    """Conditions of the walks, one for each state that may be listed: the indexes have the state before the serial.

    Devices that are searched by nothing but their place walk the indexes that have no state.
    """
    if (wanted.license_type, wanted.model, wanted.delivered, wanted.blocked) == (None, None, None, None):
        return [""]
    return [
        f" AND {'' if delivered else 'NOT '}delivered AND {'' if blocked else 'NOT '}blocked"
        for delivered, blocked in product(_allowed(wanted.delivered), _allowed(wanted.blocked))
    ]


def _allowed(value: bool | None) -> tuple[bool, ...]:  # noqa: FBT001 - a value to filter by, not a switch
    return (False, True) if value is None else (value,)
