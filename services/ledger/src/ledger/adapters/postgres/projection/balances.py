"""What accounts hold: a project's free licenses, those that wait as held, and what stands on devices."""

from collections.abc import Collection, Iterator
from typing import Any

from contracts.accounts import device_account, held_account, project_account
from ledger.application.projection.changes import Changes, Held

_PROJECT, _DEVICE, _HELD = project_account(""), device_account(""), held_account("")
_READ = (
    ("SELECT project, license_type, free FROM balances WHERE ledger = $1 AND project = ANY($2)", _PROJECT),
    ("SELECT serial, license_type, count FROM device_licenses WHERE ledger = $1 AND serial = ANY($2)", _DEVICE),
    ("SELECT project, license_type, held FROM held_licenses WHERE ledger = $1 AND project = ANY($2)", _HELD),
)
_UPSERT_FREE = """
INSERT INTO balances (ledger, project, license_type, license_class, free)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[])
    ON CONFLICT (ledger, project, license_type) DO UPDATE SET free = excluded.free"""
_UPSERT_HELD = """
INSERT INTO held_licenses (ledger, project, license_type, license_class, held)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[])
    ON CONFLICT (ledger, project, license_type) DO UPDATE
   SET license_class = excluded.license_class, held = excluded.held"""


async def read_held(connection: Any, ledger: int, accounts: Collection[str]) -> dict[str, Held]:
    """What accounts hold now, by license type."""
    held: dict[str, Held] = {account: {} for account in accounts}
    for query, prefix in _READ:
        names = [account.removeprefix(prefix) for account in accounts if account.startswith(prefix)]
        for name, license_type, units in await connection.fetch(query, ledger, names) if names else ():
            held[prefix + name][license_type] = units
    return held


async def write_balances(connection: Any, ledger: int, changes: Changes) -> None:
    """Write what changed; what stands on devices is written with them."""
    for statement, prefix in ((_UPSERT_FREE, _PROJECT), (_UPSERT_HELD, _HELD)):
        rows = list(_changed(changes, prefix))
        if rows:
            await connection.execute(statement, ledger, *map(list, zip(*rows, strict=True)))


def _changed(changes: Changes, prefix: str) -> Iterator[tuple[str, str, str, int]]:
    for account, held in changes.held.items():
        if account.startswith(prefix):
            before = changes.before[account]
            for license_type, units in held.items():
                if before.get(license_type) != units:
                    yield account.removeprefix(prefix), license_type, changes.classes[license_type], units
