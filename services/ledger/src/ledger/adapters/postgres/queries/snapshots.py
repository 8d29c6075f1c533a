"""Every query is one read-only snapshot, and starts by asking what the viewer may see."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from contracts.fields import Right
from ledger.adapters.postgres.queries.visibility import Scope, scope_of
from ledger.application.queries.visibility import Viewer
from runtime.denied import NoRight
from runtime.postgres.snapshots import Snapshots

_COMPANY_OF = "SELECT company FROM projects WHERE ledger = $1 AND project = $2"


class SnapshotReader(Snapshots):
    """Reads the rows of one ledger, on a pool whose search_path is the schema."""

    @asynccontextmanager
    async def seen(self, viewer: Viewer) -> AsyncGenerator[tuple[Any, Scope]]:
        """A snapshot and the viewer's scope in it."""
        async with self.snapshot() as connection:
            yield connection, await scope_of(connection, self.ledger, viewer)

    @asynccontextmanager
    async def seen_by_staff(self, viewer: Viewer) -> AsyncGenerator[Any]:
        """A snapshot for the vendor's staff; raises NoRight for all others."""
        async with self.seen(viewer) as (connection, scope):
            if not scope.sees_all:
                raise NoRight("staff")
            yield connection

    async def _may(self, connection: Any, scope: Scope, project: str, right: Right) -> bool:
        """Whether the viewer has this right in a project; raises NoRight where a refusal is no secret."""
        company: str | None = await connection.fetchval(_COMPANY_OF, self.ledger, project)
        return company is not None and scope.require(company, project, right)
