"""Devices as they stand in projects, with their licenses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.application.projection.changes import Changes
from ledger.application.projection.devices import DeviceRow, StayRow

_UPSERT = """
INSERT INTO devices (ledger, serial, company, project, generation, issue, sequence, time, arrived)
SELECT $1, * FROM unnest(
       $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[], $9::timestamptz[])
    ON CONFLICT (ledger, serial) DO UPDATE
   SET company = excluded.company, project = excluded.project, generation = excluded.generation,
       issue = excluded.issue, sequence = excluded.sequence, time = excluded.time,
       arrived = coalesce(excluded.arrived, devices.arrived)"""


async def write_devices(connection: Any, ledger: int, changes: Changes) -> None:
    """Bring the changed devices up to date, and take those away that are in no project.

    What is on a device that leaves its project stays in its account.
    """
    changed = {row.serial: row for row in changes.of(DeviceRow)}
    if changed:
        await _write_changed(connection, ledger, list(changed.values()), _arrivals(changes))
    ended, there = changes.current(DeviceRow)
    released = {serial for (serial,) in ended} - {row.serial for row in there}
    if released:
        gone = "DELETE FROM devices WHERE ledger = $1 AND serial = ANY($2)"
        await connection.execute(gone, ledger, list(released))


def _arrivals(changes: Changes) -> dict[str, datetime]:
    """When devices came into their projects, by the entries that brought them there."""
    stays = {(stay.serial, stay.sequence) for stay in changes.of(StayRow)}
    return {row.serial: row.time for row in changes.of(DeviceRow) if (row.serial, row.sequence) in stays}


async def _write_changed(
    connection: Any, ledger: int, devices: Sequence[DeviceRow], arrived: Mapping[str, datetime]
) -> None:
    columns = list(zip(*((*device[:-1], arrived.get(device.serial)) for device in devices), strict=True))
    await connection.execute(_UPSERT, ledger, *map(list, columns))
    await connection.execute(
        "DELETE FROM device_licenses WHERE ledger = $1 AND serial = ANY($2)", ledger, list(columns[0])
    )
    await connection.copy_records_to_table(
        "device_licenses",
        columns=["ledger", "serial", "license_type", "license_class", "count"],
        records=[
            (ledger, device.serial, lot.license_type, lot.license_class, lot.count)
            for device in devices
            for lot in device.licenses
        ],
    )
