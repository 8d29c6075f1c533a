"""Who sees what of a device's past: who sees the project that it was in then (rules X2 and X7)."""

from dataclasses import dataclass
from typing import Any

from contracts.fields import Right
from contracts.identifiers import MAX_SEQUENCE
from ledger.adapters.postgres.queries.visibility import Scope, predecessors_of

_ACCOUNT, _COMPANY = "account:", "company:"
_STAY = """
SELECT company, project FROM device_stays
 WHERE ledger = $1 AND serial = $2 AND sequence <= $3 ORDER BY sequence DESC LIMIT 1"""
_EVER = """
SELECT FROM device_stays
 WHERE ledger = $1 AND serial = $2 AND ($3 OR company = ANY ($4) OR project = ANY ($5)) LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Past:
    """A viewer's reach into the past: all of it, all of some companies, and single projects.

    `own` is the company that the viewer belongs to, with those that it took over.
    """

    everything: bool
    companies: list[str]
    projects: list[str]
    own: list[str]

    def actor(self, actor: str, company: str | None) -> str:
        """The actor as this viewer may see it: for other companies the company, not the account (rule X2)."""
        whose = actor.partition("@")[2]
        if self.everything or company in self.own or whose in self.own or not actor.startswith(_ACCOUNT):
            return actor
        return _COMPANY + whose

    def told(self, row: Any) -> dict[str, Any]:
        """A row of a `company` without that, and with its `actor` as this viewer may see it."""
        said: dict[str, Any] = dict(row)
        return said | {"actor": self.actor(said["actor"], said.pop("company"))}


async def past_of(connection: Any, ledger: int, scope: Scope) -> Past:
    own = [] if scope.company is None else [scope.company, *await predecessors_of(connection, ledger, [scope.company])]
    return Past(scope.sees_all, own if scope.administers else [], sorted(scope.grants), own)


def visible_actor(company: str, own: str, everything: str) -> str:
    """As Past.actor, of the row `m`: an expression of the company of the row, the own ones, and whether all is seen."""
    whose = "split_part(m.actor, '@', 2)"
    seen = f"{everything} OR {company} = ANY ({own}) OR {whose} = ANY ({own}) OR m.actor NOT LIKE 'account:%'"
    return f"""CASE WHEN {seen}
            THEN m.actor ELSE 'company:' || {whose} END AS actor"""


def stay(serial: str, sequence: str, reach: str = "<=") -> str:
    """The stay of a device at an entry, or just before it."""
    return f"""(SELECT company, project FROM device_stays
        WHERE ledger = $1 AND serial = {serial} AND sequence {reach} {sequence} ORDER BY sequence DESC LIMIT 1)"""  # noqa: S608


async def was_seen(
    connection: Any, ledger: int, scope: Scope, past: Past, serial: str, until: int, right: Right = "view"
) -> bool:
    """Whether the viewer has this right where the device was at an entry; raises NoRight as Scope.require does."""
    row = await connection.fetchrow(_STAY, ledger, serial, until)
    if row is None or row["company"] is None:
        return False
    company = scope.company if scope.company is not None and row["company"] in past.own else row["company"]
    return scope.require(company, row["project"], right)


async def company_at(connection: Any, ledger: int, serial: str, until: int) -> str | None:
    """The company that has the device at an entry."""
    row = await connection.fetchrow(_STAY, ledger, serial, until)
    return None if row is None else row["company"]


async def has_past(connection: Any, ledger: int, scope: Scope, past: Past, serial: str) -> bool:
    """Whether the viewer sees anything of the device's past; raises NoRight where a refusal is no secret."""
    return await _ever_seen(connection, ledger, past, serial) or await was_seen(
        connection, ledger, scope, past, serial, MAX_SEQUENCE
    )


async def _ever_seen(connection: Any, ledger: int, past: Past, serial: str) -> bool:
    """Whether there is anything of the device's past that the viewer sees."""
    reach = past.everything, past.companies, past.projects
    return await connection.fetchrow(_EVER, ledger, serial, *reach) is not None
