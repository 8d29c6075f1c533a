"""What of some entries somebody sees: projects by who has them now, devices by where they were then."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.accounts import device_account, held_account, project_account
from ledger.adapters.postgres.queries.past_visibility import Past

_DEVICE, _PROJECTS = device_account(""), (project_account(""), held_account(""))
_OWNERS = "SELECT project, company FROM projects WHERE ledger = $1 AND project = ANY ($2)"
# Where each device was before the first of the entries, and where it came to until the last of them.
_STAYS = """
SELECT device.serial, stay.sequence, stay.company, stay.project
  FROM unnest($2::text[]) AS device (serial) CROSS JOIN LATERAL (
       (SELECT sequence, company, project FROM device_stays
         WHERE ledger = $1 AND serial = device.serial AND sequence < $3 ORDER BY sequence DESC LIMIT 1)
       UNION ALL
       SELECT sequence, company, project FROM device_stays
        WHERE ledger = $1 AND serial = device.serial AND sequence BETWEEN $3 AND $4) AS stay
 ORDER BY device.serial, stay.sequence"""


class Reach(NamedTuple):
    """All that some companies have or had, and single projects."""

    companies: Collection[str]
    projects: Collection[str]

    def includes(self, company: str | None, project: str | None) -> bool:
        return company in self.companies or project in self.projects


@dataclass(frozen=True, slots=True)
class Sight:
    """Projects with their companies, and devices with where they were, of some entries."""

    owners: Mapping[str, str]
    stays: Mapping[str, list[Any]]

    def project(self, project: str, reach: Reach) -> bool:
        """Whether somebody sees a project."""
        return reach.includes(self.owners.get(project), project)

    def device(self, serial: str, sequence: int, reach: Reach) -> Any | None:
        """Where a device was at an entry, or just before, if somebody sees it there.

        So what made the device leave still belongs to where it was.
        """
        until = [stay for stay in self.stays.get(serial, ()) if stay["sequence"] <= sequence]
        places = until[-2:] if until and until[-1]["sequence"] == sequence else until[-1:]
        seen = (
            one for one in reversed(places) if one["company"] in reach.companies or one["project"] in reach.projects
        )
        return next(seen, None)

    def account(self, account: str, sequence: int, reach: Reach) -> bool:
        """Whether somebody sees what an entry moved on an account: none of those that nobody holds."""
        if account.startswith(_DEVICE):
            return self.device(account.removeprefix(_DEVICE), sequence, reach) is not None
        return account.startswith(_PROJECTS) and self.project(account.partition("/")[2], reach)


async def sight_of(connection: Any, ledger: int, rows: Collection[Any]) -> Sight:
    """What has to be known of entries with their `sequence`, `projects` and `serials`."""
    projects, serials = _all(row["projects"] for row in rows), _all(row["serials"] for row in rows)
    stays: dict[str, list[Any]] = {}
    if serials:
        first, last = min(row["sequence"] for row in rows), max(row["sequence"] for row in rows)
        for stay in await connection.fetch(_STAYS, ledger, serials, first, last):
            stays.setdefault(stay["serial"], []).append(stay)
    owners = await connection.fetch(_OWNERS, ledger, projects) if projects else ()
    return Sight({row["project"]: row["company"] for row in owners}, stays)


def _all(names: Iterable[Collection[str]]) -> list[str]:
    return sorted({name for some in names for name in some})


def reach_of(past: Past) -> Reach:
    """What a viewer sees of the past."""
    return Reach(past.companies, past.projects)
