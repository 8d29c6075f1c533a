"""What some projects have, now or as of an entry: a few reads of an index for each project and type.

What stood on devices then is read device by device.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from contracts.accounts import held_account, project_account
from contracts.log.subjects import PROJECT, subject
from ledger.adapters.postgres.queries.past_allocations import allocated_then, came_too_many
from ledger.application.queries.balances import AllocatedView, BalanceView
from ledger.application.queries.projects import ProjectView
from ledger.application.queries.views import LicensesView

Lot = TypeVar("Lot", bound=LicensesView)

_FREE = """
SELECT project, license_type, license_class, free AS count FROM balances
 WHERE ledger = $1 AND project = ANY ($2) ORDER BY project, license_type"""
_HELD = """
SELECT project, license_type, license_class, held AS count FROM held_licenses
 WHERE ledger = $1 AND project = ANY ($2) AND held > 0 ORDER BY project, license_type"""
_ALLOCATED = """
SELECT split_part(owner, '/', 2) AS project, license_type, license_class, allocated AS count, delivered
  FROM license_totals WHERE ledger = $1 AND owner = ANY ($2) AND allocated > 0 ORDER BY owner, license_type"""


def _then(table: str, account: str) -> str:
    """The lots of projects as of entry $3; the types that a project has ever had are the rows of `table`."""
    return f"""
SELECT t.project, t.license_type, t.license_class, m.held AS count
  FROM {table} AS t
  JOIN LATERAL (
       SELECT held FROM movements
        WHERE ledger = $1 AND account = '{account}' || t.project AND license_type = t.license_type AND sequence <= $3
        ORDER BY sequence DESC, line DESC LIMIT 1) AS m ON true
 WHERE t.ledger = $1 AND t.project = ANY ($2) ORDER BY t.project, t.license_type"""  # noqa: S608 - our own words


_FREE_THEN = _then("balances", project_account(""))
_HELD_THEN = _then("held_licenses", held_account(""))


async def balances_of(
    connection: Any, ledger: int, projects: Sequence[str], sequence: int | None, *, with_devices: bool
) -> dict[str, BalanceView]:
    """The balance of each project, as of an entry or now; of the past what stood on devices is told if asked for."""
    allocated: Sequence[Any] | None
    if sequence is None:
        free = await connection.fetch(_FREE, ledger, projects)
        held = await connection.fetch(_HELD, ledger, projects)
        allocated = await connection.fetch(_ALLOCATED, ledger, [subject(PROJECT, one) for one in projects])
    else:
        free = await connection.fetch(_FREE_THEN, ledger, projects, sequence)
        held = [row for row in await connection.fetch(_HELD_THEN, ledger, projects, sequence) if row["count"]]
        allocated = await allocated_then(connection, ledger, projects, sequence) if with_devices else None
    free_of, held_of = _by_project(projects, free, LicensesView), _by_project(projects, held, LicensesView)
    allocated_of = None if allocated is None else _by_project(projects, allocated, AllocatedView)
    return {
        one: BalanceView(
            project=one,
            free=free_of[one],
            held=held_of[one],
            allocated=None if allocated_of is None else allocated_of[one],
            as_of=sequence,
        )
        for one in projects
    }


async def with_balances(
    connection: Any, ledger: int, views: Sequence[ProjectView], sequence: int | None
) -> list[ProjectView]:
    """Projects with the balance of each, and with what stood on devices where few enough ever came into all of them."""
    projects = [one.project for one in views]
    few = sequence is None or not await came_too_many(connection, ledger, projects)
    balances = await balances_of(connection, ledger, projects, sequence, with_devices=few)
    return [one.model_copy(update={"balances": balances[one.project]}) for one in views]


def _by_project(projects: Sequence[str], rows: Sequence[Any], view: type[Lot]) -> dict[str, list[Lot]]:
    lots: dict[str, list[Lot]] = {one: [] for one in projects}
    for row in rows:
        lot = dict(row)
        lots[lot.pop("project")].append(view(**lot))
    return lots
