"""How the rows of history and search get into PostgreSQL."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ledger.adapters.postgres.database import SCHEMA
from ledger.application.projection.fold import Changes, DeviceRow


def history_added(changes: Changes) -> Iterator[tuple[str, str, Sequence[tuple[Any, ...]]]]:
    """Tables that only grow: name, columns, new rows."""
    yield (
        "entries",
        "sequence time actor event_type command_id correlation_id subject companies facts",
        changes.entries,
    )
    yield "subject_entries", "subject sequence", changes.subjects
    yield "device_stays", "serial sequence company project", changes.stays
    yield "warranty_versions", "serial months ends_on sequence", changes.catalog.warranty_versions
    yield (
        "replacements",
        "serial replacement rma company project reason other_model lots sequence time",
        [
            (*row[:-3], json.dumps([lot.model_dump(mode="json") for lot in row.lots]), *row[-2:])
            for row in changes.replacements
        ],
    )
    yield (
        "device_versions",
        "serial company project generation issue sequence time licenses",
        [(*row[:-1], json.dumps([lot.model_dump(mode="json") for lot in row.licenses])) for row in changes.versions],
    )


async def write_devices_by_type(connection: Any, ledger: int, devices: Sequence[DeviceRow]) -> None:
    """Put the changed devices under the types of licenses that they have now."""
    await forget_types(connection, ledger, [device.serial for device in devices])
    await connection.copy_records_to_table(
        "devices_by_type",
        schema_name=SCHEMA,
        columns=["ledger", "serial", "company", "project", "license_type"],
        records=[
            (ledger, device.serial, device.company, device.project, license_type)
            for device in devices
            for license_type in sorted({lot.license_type for lot in device.licenses})
        ],
    )


async def forget_types(connection: Any, ledger: int, serials: Collection[str]) -> None:
    """Take devices out of the search by type."""
    query = "DELETE FROM devices_by_type WHERE ledger = $1 AND serial = ANY($2)"
    await connection.execute(query, ledger, list(serials))
