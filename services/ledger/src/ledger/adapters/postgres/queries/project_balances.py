"""What is free and held in some projects, now or as of an entry: a few reads of an index for each project and type."""

from collections.abc import Sequence
from typing import Any

from contracts.accounts import held_account, project_account
from ledger.application.queries.balances import BalanceView
from ledger.application.queries.projects import ProjectView
from ledger.application.queries.views import LicensesView

_FREE = """
SELECT project, license_type, license_class, free AS count FROM balances
 WHERE ledger = $1 AND project = ANY ($2) ORDER BY project, license_type"""
_HELD = """
SELECT project, license_type, license_class, held AS count FROM held_licenses
 WHERE ledger = $1 AND project = ANY ($2) AND held > 0 ORDER BY project, license_type"""


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
    connection: Any, ledger: int, projects: Sequence[str], sequence: int | None
) -> dict[str, BalanceView]:
    """The balance of each project, as of an entry or now."""
    if sequence is None:
        free = await connection.fetch(_FREE, ledger, projects)
        held = await connection.fetch(_HELD, ledger, projects)
    else:
        free = await connection.fetch(_FREE_THEN, ledger, projects, sequence)
        held = [row for row in await connection.fetch(_HELD_THEN, ledger, projects, sequence) if row["count"]]
    free_of, held_of = _by_project(projects, free), _by_project(projects, held)
    return {one: BalanceView(project=one, free=free_of[one], held=held_of[one], as_of=sequence) for one in projects}


async def with_balances(
    connection: Any, ledger: int, views: Sequence[ProjectView], sequence: int | None
) -> list[ProjectView]:
    """Projects with the balance of each."""
    balances = await balances_of(connection, ledger, [one.project for one in views], sequence)
    return [one.model_copy(update={"balances": balances[one.project]}) for one in views]


def _by_project(projects: Sequence[str], rows: Sequence[Any]) -> dict[str, list[LicensesView]]:
    lots: dict[str, list[LicensesView]] = {one: [] for one in projects}
    for project, license_type, license_class, count in rows:
        lots[project].append(LicensesView(license_type=license_type, license_class=license_class, count=count))
    return lots
