"""What projects and companies have in all: what a batch touches is taken off first, and put back as it then is."""

from typing import Any

from contracts.log.subjects import COMPANY, subject
from ledger.application.projection.changes import Changes
from ledger.application.projection.company_imports import CompanyImportRow
from ledger.application.projection.devices import DeviceRow
from ledger.application.projection.license_file_downloads import DownloadRow
from ledger.application.projection.license_files import LicenseFileDeliveryRow

_ACCOUNTS = {"project", "held"}
"""Kinds of accounts whose names are projects."""

_DELIVERED = """
UPDATE devices AS d SET delivered_issue = n.issue
  FROM (SELECT e.serial, (SELECT max(v.issue) FROM deliveries AS v WHERE v.ledger = e.ledger AND v.serial = e.serial
                             AND v.generation = e.generation) AS issue
          FROM devices AS e WHERE e.ledger = $1 AND e.serial = ANY ($2)) AS n
 WHERE d.ledger = $1 AND d.serial = n.serial AND d.delivered_issue IS DISTINCT FROM n.issue"""
# $2 are serials, $3 projects. Of a type, a device has as many licenses delivered as stand in the newest file that it
# got, but no more than it has now.
_HAVE = """
SELECT o.owner, h.license_type, min(h.license_class) AS license_class, sum(h.free) AS free, sum(h.held) AS held,
       sum(h.allocated) AS allocated, sum(h.delivered) AS delivered
  FROM (SELECT project, license_type, license_class, free, 0 AS held, 0 AS allocated, 0 AS delivered
          FROM balances WHERE ledger = $1 AND project = ANY ($3)
        UNION ALL
        SELECT project, license_type, license_class, 0, held, 0, 0
          FROM held_licenses WHERE ledger = $1 AND project = ANY ($3)
        UNION ALL
        SELECT d.project, l.license_type, l.license_class, 0, 0, l.count, least(l.count, coalesce(f.count, 0))
          FROM devices AS d JOIN device_licenses AS l USING (ledger, serial)
          LEFT JOIN LATERAL (
               SELECT max((lot ->> 'count')::bigint) AS count
                 FROM device_versions AS v CROSS JOIN jsonb_array_elements(v.licenses) AS lot
                WHERE v.ledger = d.ledger AND v.serial = d.serial AND v.generation = d.generation
                  AND v.issue = d.delivered_issue AND lot ->> 'license_type' = l.license_type) AS f ON true
         WHERE d.ledger = $1 AND d.serial = ANY ($2)) AS h
  JOIN projects AS p ON p.ledger = $1 AND p.project = h.project
 CROSS JOIN LATERAL (VALUES ('projects/' || p.project), ('companies/' || p.company)) AS o (owner)
 GROUP BY o.owner, h.license_type HAVING sum(h.free + h.held + h.allocated) > 0"""
_HOW_MANY = """
SELECT o.owner, count(*) AS devices
  FROM devices AS d JOIN projects AS p USING (ledger, project)
 CROSS JOIN LATERAL (VALUES ('projects/' || p.project), ('companies/' || p.company)) AS o (owner)
 WHERE d.ledger = $1 AND d.serial = ANY ($2) GROUP BY o.owner"""
_TAKE_OFF = f"""
UPDATE license_totals AS t
   SET free = t.free - h.free, held = t.held - h.held, allocated = t.allocated - h.allocated,
       delivered = t.delivered - h.delivered
  FROM ({_HAVE}) AS h WHERE t.ledger = $1 AND t.owner = h.owner AND t.license_type = h.license_type
RETURNING t.owner"""  # noqa: S608
_TAKE_DEVICES_OFF = f"""
UPDATE device_totals AS t SET devices = t.devices - h.devices
  FROM ({_HOW_MANY}) AS h WHERE t.ledger = $1 AND t.owner = h.owner
RETURNING t.owner"""  # noqa: S608
_NOTHING = """
DELETE FROM license_totals WHERE ledger = $1 AND owner = ANY ($2) AND free + held + allocated = 0"""
_NO_DEVICES = "DELETE FROM device_totals WHERE ledger = $1 AND owner = ANY ($2) AND devices = 0"
_ADDED = """
    ON CONFLICT (ledger, owner, license_type) DO UPDATE
   SET free = t.free + excluded.free, held = t.held + excluded.held, allocated = t.allocated + excluded.allocated,
       delivered = t.delivered + excluded.delivered"""
_DEVICES_ADDED = "ON CONFLICT (ledger, owner) DO UPDATE SET devices = t.devices + excluded.devices"
_ADD = f"INSERT INTO license_totals AS t SELECT $1, h.* FROM ({_HAVE}) AS h {_ADDED}"  # noqa: S608
_ADD_DEVICES = f"INSERT INTO device_totals AS t SELECT $1, h.* FROM ({_HOW_MANY}) AS h {_DEVICES_ADDED}"  # noqa: S608
# A company that was taken over has nothing any more; $2 is it, $3 the one that has all of it now.
_TAKE_OVER = (
    f"""INSERT INTO license_totals AS t
        SELECT ledger, $3, license_type, license_class, free, held, allocated, delivered
          FROM license_totals WHERE ledger = $1 AND owner = $2 {_ADDED}""",  # noqa: S608
    f"""INSERT INTO device_totals AS t
        SELECT ledger, $3, devices FROM device_totals WHERE ledger = $1 AND owner = $2 {_DEVICES_ADDED}""",  # noqa: S608
)
_GONE = (
    "DELETE FROM license_totals WHERE ledger = $1 AND owner = $2",
    "DELETE FROM device_totals WHERE ledger = $1 AND owner = $2",
)


async def take_off(connection: Any, ledger: int, changes: Changes) -> None:
    """Before all other rows of the batch: what it touches does not count for now."""
    serials, projects = _serials(changes), _projects(changes)
    if serials or projects:
        less = await connection.fetch(_TAKE_OFF, ledger, serials, projects)
        await connection.execute(_NOTHING, ledger, [row[0] for row in less])
    if serials:
        less = await connection.fetch(_TAKE_DEVICES_OFF, ledger, serials)
        await connection.execute(_NO_DEVICES, ledger, [row[0] for row in less])


async def put_back(connection: Any, ledger: int, changes: Changes) -> None:
    """After all other rows of the batch, imports of companies too: what it touched counts as it is now."""
    for row in changes.of(CompanyImportRow):
        former, company = subject(COMPANY, row.former_company), subject(COMPANY, row.company)
        for statement in _TAKE_OVER:
            await connection.execute(statement, ledger, former, company)
        for statement in _GONE:
            await connection.execute(statement, ledger, former)
    serials, projects = _serials(changes), _projects(changes)
    if serials:
        await connection.execute(_DELIVERED, ledger, serials)
        await connection.execute(_ADD_DEVICES, ledger, serials)
    if serials or projects:
        await connection.execute(_ADD, ledger, serials, projects)


def _serials(changes: Changes) -> list[str]:
    """The devices that changed, left, or got a file."""
    ended, there = changes.current(DeviceRow)
    touched = {serial for (serial,) in ended} | {row.serial for row in there}
    touched |= {row.serial for row in changes.of(LicenseFileDeliveryRow)}
    return sorted(touched | {row.serial for row in changes.of(DownloadRow)})


def _projects(changes: Changes) -> list[str]:
    """The projects whose balances or held licenses changed."""
    touched = {account.partition("/") for account in changes.held}
    return sorted({name for kind, _, name in touched if kind in _ACCOUNTS})
