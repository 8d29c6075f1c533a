"""What devices are searched by: made anew for whatever a batch touched, from what the other tables then say."""

from collections.abc import Iterator
from typing import Any

from contracts.log.subjects import COMPANY, DEVICE
from ledger.adapters.postgres.queries import block_columns
from ledger.application.projection.blocks import BlockRow, UnblockRow
from ledger.application.projection.changes import Changes
from ledger.application.projection.company_imports import CompanyImportRow
from ledger.application.projection.delivered_devices import DeliveredRow
from ledger.application.projection.devices import DeviceRow, StayRow
from ledger.application.projection.license_file_downloads import DownloadRow
from ledger.application.projection.license_files import LicenseFileDeliveryRow
from ledger.application.projection.replacements import ReplacementRow

_OF_COMPANIES = "SELECT serial FROM devices WHERE ledger = $1 AND company = ANY ($2)"
_SUBJECTS = f"{block_columns.device('e.serial')}, {block_columns.company('e.company')}"
_MARK = f"""
UPDATE devices AS d SET blocked = n.blocked, model = n.model
  FROM (SELECT e.serial,
               EXISTS (SELECT FROM blocks AS b WHERE b.ledger = e.ledger AND b.lifted_sequence IS NULL
                          AND b.subject IN ({_SUBJECTS})) AS blocked,
               (SELECT v.model FROM delivered_devices AS v JOIN expirations AS x
                    ON x.ledger = v.ledger AND x.name = v.serial AND x.kind = 'warranty'
                 WHERE v.ledger = e.ledger AND v.serial = e.serial ORDER BY v.sequence DESC LIMIT 1) AS model
          FROM devices AS e WHERE e.ledger = $1 AND e.serial = ANY ($2)) AS n
 WHERE d.ledger = $1 AND d.serial = n.serial AND (d.blocked, d.model) IS DISTINCT FROM (n.blocked, n.model)"""  # noqa: S608
_FORGET_TYPES = """
DELETE FROM devices_by_type AS t
 WHERE t.ledger = $1 AND t.serial = ANY ($2)
   AND NOT EXISTS (SELECT FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
                    WHERE d.ledger = $1 AND d.serial = t.serial AND l.license_type = t.license_type)"""
_WRITE_TYPES = """
INSERT INTO devices_by_type AS t (ledger, serial, company, project, license_type, delivered, blocked, model)
SELECT d.ledger, d.serial, d.company, d.project, l.license_type, d.delivered, d.blocked, d.model
  FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
 WHERE d.ledger = $1 AND d.serial = ANY ($2)
    ON CONFLICT (ledger, serial, license_type) DO UPDATE
   SET company = excluded.company, project = excluded.project, delivered = excluded.delivered,
       blocked = excluded.blocked, model = excluded.model
 WHERE (t.company, t.project, t.delivered, t.blocked, t.model)
       IS DISTINCT FROM (excluded.company, excluded.project, excluded.delivered, excluded.blocked, excluded.model)"""


async def write_device_filters(connection: Any, ledger: int, changes: Changes) -> None:
    """All other rows of the batch must be there already, those of what has an end too."""
    serials, companies = set(_serials(changes)), set(_companies(changes))
    if companies:
        found = await connection.fetch(_OF_COMPANIES, ledger, sorted(companies))
        serials.update(row["serial"] for row in found)
    if serials:
        for statement in (_MARK, _FORGET_TYPES, _WRITE_TYPES):
            await connection.execute(statement, ledger, sorted(serials))


def _serials(changes: Changes) -> Iterator[str]:
    """The devices that changed, left, got a file, or are told to be another model or somebody else's."""
    ended, there = changes.current(DeviceRow)
    yield from (serial for (serial,) in ended)
    rows: list[DeviceRow | StayRow | DeliveredRow | LicenseFileDeliveryRow | DownloadRow] = [
        *there,
        *changes.of(StayRow),
        *changes.of(DeliveredRow),
        *changes.of(LicenseFileDeliveryRow),
        *changes.of(DownloadRow),
    ]
    yield from (row.serial for row in rows)
    for swap in changes.of(ReplacementRow):
        yield from (swap.serial, swap.replacement)
    yield from _blocked(changes, DEVICE)


def _companies(changes: Changes) -> Iterator[str]:
    """The companies all of whose devices are blocked now or no more, or that have others now."""
    yield from _blocked(changes, COMPANY)
    yield from (row.company for row in changes.of(CompanyImportRow))


def _blocked(changes: Changes, kind: str) -> Iterator[str]:
    """The names of a kind of subjects whose blocks began or ended."""
    rows: list[BlockRow | UnblockRow] = [*changes.of(BlockRow), *changes.of(UnblockRow)]
    for row in rows:
        of, _, name = row.subject.partition("/")
        if of == kind:
            yield name
