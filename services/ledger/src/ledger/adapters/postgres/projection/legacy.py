"""Old licenses by the account that they stand in."""

from collections.abc import Collection
from typing import Any

from ledger.application.projection.changes import Changes, Held


async def read_legacy(connection: Any, ledger: int, accounts: Collection[str]) -> dict[str, Held]:
    """What old licenses accounts hold now; an account without any is absent."""
    held: dict[str, Held] = {}
    query = "SELECT account, license_name, count FROM legacy_licenses WHERE ledger = $1 AND account = ANY($2)"
    for account, name, count in await connection.fetch(query, ledger, list(accounts)) if accounts else ():
        held.setdefault(account, {})[name] = count
    return held


async def write_legacy(connection: Any, ledger: int, changes: Changes) -> None:
    """Replace the rows of the changed accounts."""
    before = changes.legacy_before
    changed = {account: held for account, held in changes.legacy.items() if held != before.get(account, {})}
    if not changed:
        return
    query = "DELETE FROM legacy_licenses WHERE ledger = $1 AND account = ANY($2)"
    await connection.execute(query, ledger, list(changed))
    await connection.copy_records_to_table(
        "legacy_licenses",
        columns=["ledger", "account", "license_name", "count"],
        records=[(ledger, account, name, count) for account, held in changed.items() for name, count in held.items()],
    )
