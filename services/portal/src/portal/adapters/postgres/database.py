"""The tables of the portal: accounts and sessions, which follow from no log and stay when a migration is applied."""

from typing import Any

from runtime.postgres.read_side import ReadSide


class KeptTables(ReadSide):
    """Migrated as a read side is; its rows are the only ones, so they are never thrown away."""

    async def drop(self, connection: Any) -> None:
        raise NotImplementedError("nothing brings these rows back")

    async def _empty(self, connection: Any) -> None:
        """Leave them."""


TABLES = KeptTables("portal", "portal.adapters.postgres", lock=0x50_4F_52)
