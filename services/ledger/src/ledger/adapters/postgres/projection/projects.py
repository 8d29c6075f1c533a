"""What became of projects: their names, and those that were archived."""

from typing import Any

from ledger.adapters.postgres.projection.statements import each
from ledger.application.projection.changes import Changes
from ledger.application.projection.projects import ProjectArchivedRow, ProjectNameRow

_RENAME = "UPDATE projects SET name = $3, comparable_name = $4 WHERE ledger = $1 AND project = $2"
_ARCHIVE = "UPDATE projects SET archived = $3 WHERE ledger = $1 AND project = $2"


async def write_projects(connection: Any, ledger: int, changes: Changes) -> None:
    """New projects must be there already."""
    await each(connection, _RENAME, ledger, changes.of(ProjectNameRow))
    await each(connection, _ARCHIVE, ledger, changes.of(ProjectArchivedRow))
