"""What has an end, in one table: made anew for whatever a batch touched, from what the other tables then say."""

from collections.abc import Iterator
from typing import Any

from ledger.adapters.postgres.proof import proven
from ledger.application.projection.changes import Changes
from ledger.application.projection.claims import ClaimCodeEndRow, ClaimCodeRow
from ledger.application.projection.company_imports import CompanyImportRow
from ledger.application.projection.devices import DeviceRow, StayRow
from ledger.application.projection.invitations import InvitationEndRow, InvitationRow
from ledger.application.projection.license_files import LicenseFileDeliveryRow
from ledger.application.projection.projects import ProjectArchivedRow
from ledger.application.projection.replacements import ReplacementRow
from ledger.application.projection.software_service import ServiceRow
from ledger.application.projection.test_licenses import TestReleaseRow, TestRow
from ledger.application.projection.warranty import WarrantyRow

_LAST_DAY = "((c.expires - interval '1 microsecond') AT TIME ZONE 'Europe/Berlin')::date"
"""Of a code, which no longer works from `expires` on."""
# An import can prove devices that the company had already, and ends the codes of the one that is gone.
_OF_COMPANIES = """
SELECT name FROM expirations WHERE ledger = $1 AND company = ANY ($2)
UNION SELECT serial FROM devices WHERE ledger = $1 AND company = ANY ($2)"""
_FORGET = "DELETE FROM expirations WHERE ledger = $1 AND name = ANY ($2)"
_ENDS = f"""
SELECT s.ledger, s.project AS name, 'software_service' AS kind, p.company, s.project, NULL AS serial,
       NULL AS code_hint, s.ends_on, NULL::timestamptz AS expires, s.sequence
  FROM software_services AS s JOIN projects AS p USING (ledger, project)
 WHERE p.archived IS NULL
UNION ALL
SELECT d.ledger, d.serial, 'warranty', d.company, d.project, d.serial, NULL, w.ends_on, NULL, w.sequence
  FROM devices AS d JOIN warranties AS w USING (ledger, serial)
  JOIN LATERAL (SELECT array_agg(p.predecessor) || d.company AS companies FROM predecessors AS p
                 WHERE p.ledger = d.ledger AND p.company = d.company) AS own
    ON {proven("d.ledger", "d.serial", "own.companies")}
UNION ALL
SELECT d.ledger, d.serial, 'test_licenses', d.company, d.project, d.serial, NULL, t.expires, NULL, t.sequence
  FROM devices AS d
  JOIN LATERAL (SELECT * FROM test_licenses AS n WHERE n.ledger = d.ledger AND n.serial = d.serial
                 ORDER BY n.sequence DESC LIMIT 1) AS t ON t.generation = d.generation
 WHERE NOT EXISTS (SELECT FROM test_releases AS r
                    WHERE r.ledger = d.ledger AND r.serial = d.serial AND r.sequence >= t.sequence)
   AND NOT EXISTS (SELECT FROM replacements AS r
                    WHERE r.ledger = d.ledger AND r.replacement = d.serial AND r.sequence > t.sequence)
UNION ALL
SELECT c.ledger, c.code_digest, 'claim_code', p.company, c.project, NULL, c.code_hint, {_LAST_DAY}, c.expires,
       c.sequence
  FROM claim_codes AS c JOIN projects AS p USING (ledger, project)
 WHERE c.ended IS NULL AND p.archived IS NULL
UNION ALL
SELECT c.ledger, c.code_digest, 'invitation', c.company, NULL, NULL, c.code_hint, {_LAST_DAY}, c.expires, c.sequence
  FROM invitations AS c
 WHERE c.ended IS NULL"""  # noqa: S608 - made of our own words
_WRITE = f"""
INSERT INTO expirations (ledger, name, kind, company, project, serial, code_hint, ends_on, expires, sequence)
SELECT * FROM ({_ENDS}) AS ends WHERE ledger = $1 AND name = ANY ($2)"""  # noqa: S608


async def write_expirations(connection: Any, ledger: int, changes: Changes) -> None:
    """All other rows of the batch must be there already, imports of companies too."""
    names = set(_touched(changes))
    imports = changes.of(CompanyImportRow)
    if imports:
        companies = [company for row in imports for company in (row.former_company, row.company)]
        names.update(row[0] for row in await connection.fetch(_OF_COMPANIES, ledger, companies))
    if names:
        for statement in (_FORGET, _WRITE):
            await connection.execute(statement, ledger, sorted(names))


def _touched(changes: Changes) -> Iterator[str]:
    """The projects, serials and codes whose ends may be others now."""
    devices: list[DeviceRow | StayRow | WarrantyRow | TestRow | TestReleaseRow] = [
        *changes.of(DeviceRow),
        *changes.of(StayRow),
        *changes.of(WarrantyRow),
        *changes.of(TestRow),
        *changes.of(TestReleaseRow),
    ]
    yield from (row.serial for row in devices)
    yield from (row.serial for row in changes.of(LicenseFileDeliveryRow) if row.path == "direct")
    for swap in changes.of(ReplacementRow):
        yield from (swap.serial, swap.replacement)
    codes: list[ClaimCodeRow | ClaimCodeEndRow | InvitationRow | InvitationEndRow] = [
        *changes.of(ClaimCodeRow),
        *changes.of(ClaimCodeEndRow),
        *changes.of(InvitationRow),
        *changes.of(InvitationEndRow),
    ]
    yield from (row.code_digest for row in codes)
    yield from (row.project for row in changes.of(ServiceRow))
    yield from (row.project for row in changes.of(ProjectArchivedRow))
