"""Rows of members, rights, projects' names, offers and claim codes, written in the projector's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from ledger.application.projection.members import PeopleChanges

_MEMBERS = """
INSERT INTO members (ledger, account, company, administrator, sequence, time) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (ledger, account, company) DO UPDATE
   SET administrator = excluded.administrator, sequence = excluded.sequence, time = excluded.time"""
_GRANTS = """
INSERT INTO grants (ledger, account, acting_for, project, rights, sequence, time) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (ledger, account, acting_for, project) DO UPDATE
   SET rights = excluded.rights, sequence = excluded.sequence, time = excluded.time"""
_OFFERS = """
INSERT INTO device_offers (ledger, serial, company, project, offered_to, sequence, time)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (ledger, serial) DO UPDATE
   SET company = excluded.company, project = excluded.project, offered_to = excluded.offered_to,
       sequence = excluded.sequence, time = excluded.time"""
_CODES = """
INSERT INTO claim_codes (ledger, code_digest, project, code_hint, expires, sequence, time)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_END = """
UPDATE claim_codes SET serial = $3, withdrawn = $3::text IS NULL, ended = $4 WHERE ledger = $1 AND code_digest = $2"""


async def write_people(connection: Any, ledger: int, changes: PeopleChanges) -> None:
    """Take the rows from before the batch to after it; new projects must be there already."""
    await _many(
        connection, "DELETE FROM grants WHERE ledger = $1 AND account = $2 AND acting_for = $3", ledger, changes.left
    )
    await _many(
        connection,
        "DELETE FROM members WHERE ledger = $1 AND account = $2 AND company = $3",
        ledger,
        [person for person, row in changes.members.items() if row is None],
    )
    await _many(connection, _MEMBERS, ledger, filter(None, changes.members.values()))
    await _many(
        connection,
        "DELETE FROM grants WHERE ledger = $1 AND account = $2 AND acting_for = $3 AND project = $4",
        ledger,
        [(*person, project) for (person, project), row in changes.grants.items() if row is None],
    )
    await _many(connection, _GRANTS, ledger, filter(None, changes.grants.values()))
    await _write_projects(connection, ledger, changes)
    await _write_offers_and_codes(connection, ledger, changes)


async def _write_projects(connection: Any, ledger: int, changes: PeopleChanges) -> None:
    names = "UPDATE projects SET name = $3 WHERE ledger = $1 AND project = $2"
    await _many(connection, names, ledger, changes.names.items())
    archived = "UPDATE projects SET archived = $3 WHERE ledger = $1 AND project = $2"
    await _many(connection, archived, ledger, changes.archived.items())


async def _write_offers_and_codes(connection: Any, ledger: int, changes: PeopleChanges) -> None:
    gone = [(serial,) for serial, row in changes.offers.items() if row is None]
    await _many(connection, "DELETE FROM device_offers WHERE ledger = $1 AND serial = $2", ledger, gone)
    await _many(connection, _OFFERS, ledger, filter(None, changes.offers.values()))
    await _many(connection, _CODES, ledger, changes.claim_codes)
    await _many(connection, _END, ledger, changes.code_ends)


async def _many(connection: Any, statement: str, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    arguments = [(ledger, *row) for row in rows]
    if arguments:
        await connection.executemany(statement, arguments)
