"""Which table keeps which rows. The fields of a row are the columns of its table.

A table either grows, or keeps one current row per key. Rows that change others are written by their family's module.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from ledger.adapters.postgres.database import SCHEMA
from ledger.application.projection.activation_keys import KeyRow
from ledger.application.projection.catalog import LicenseTypeRow, ModelRow
from ledger.application.projection.changes import Changes
from ledger.application.projection.claims import ClaimCodeRow
from ledger.application.projection.companies import CompanyRow
from ledger.application.projection.company_imports import CompanyOfferRow
from ledger.application.projection.corrections import CorrectionRow
from ledger.application.projection.delivered_devices import DeliveredRow
from ledger.application.projection.device_moves import DeviceOfferRow
from ledger.application.projection.devices import DeviceRow, StayRow
from ledger.application.projection.fold import MovementRow
from ledger.application.projection.history import EntryRow, SubjectRow
from ledger.application.projection.invitations import InvitationRow
from ledger.application.projection.legacy import LegacyConsentRow, LegacyConversionRow, LegacyImportRow, LegacyKeyRow
from ledger.application.projection.license_file_downloads import DownloadRow
from ledger.application.projection.license_files import LicenseFileDeliveryRow
from ledger.application.projection.members import GrantRow, MemberRow
from ledger.application.projection.projects import ProjectRow
from ledger.application.projection.replacements import ReplacementRow
from ledger.application.projection.returns import LimitReleaseRow, SpentCertificateRow
from ledger.application.projection.rows import Row
from ledger.application.projection.software_service import ServiceRow
from ledger.application.projection.test_licenses import TestRow
from ledger.application.projection.warranty import WarrantyRow


@dataclass(frozen=True)
class Table:
    """A table of rows of one kind; a field of another name than its column is `renamed`."""

    name: str
    kind: type[Row]
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def columns(self) -> tuple[str, ...]:
        names: Sequence[str] = self.kind._fields  # type: ignore[attr-defined]  # every kind is a NamedTuple
        return tuple(self.renamed.get(name, name) for name in names)

    @cached_property
    def _models(self) -> tuple[int, ...]:
        """Places of the fields that are kept as JSON."""
        hints = get_type_hints(self.kind)
        return tuple(place for place, name in enumerate(hints) if _is_models(hints[name]))

    def values(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row as its columns take it."""
        if not self._models:
            return row
        values = list(row)
        for place in self._models:
            values[place] = json.dumps([one.model_dump(mode="json") for one in values[place]])
        return values

    async def add(self, connection: Any, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
        """Add new rows."""
        records = [(ledger, *self.values(row)) for row in rows]
        if records:
            await connection.copy_records_to_table(
                self.name, schema_name=SCHEMA, columns=["ledger", *self.columns], records=records
            )


@dataclass(frozen=True)
class CurrentTable(Table):
    """A table with one current row per key, which is `ledger` and the first `keys` columns."""

    keys: int = 1

    @cached_property
    def upsert(self) -> str:
        """Put one row in the place of the one before it."""
        key, others = self.columns[: self.keys], self.columns[self.keys :]
        values = ", ".join(f"${number}" for number in range(1, len(self.columns) + 2))
        updates = ", ".join(f"{name} = excluded.{name}" for name in others)
        return (
            f"INSERT INTO {self.name} (ledger, {', '.join(self.columns)}) VALUES ({values})"  # noqa: S608
            f" ON CONFLICT (ledger, {', '.join(key)}) DO UPDATE SET {updates}"
        )

    def delete(self, names: int) -> str:
        """Take away the rows whose key begins with so many values."""
        where = "".join(f" AND {name} = ${number}" for number, name in enumerate(self.columns[:names], 2))
        return f"DELETE FROM {self.name} WHERE ledger = $1{where}"  # noqa: S608

    async def replace(self, connection: Any, ledger: int, changes: Changes) -> None:
        """Take the rows that ended away, and put the newest row of each key in the place of the one before it."""
        current = changes.current(self.kind, self.keys)
        for names, keys in groupby(sorted(current.ended, key=len), key=len):
            await each(connection, self.delete(names), ledger, keys)
        await each(connection, self.upsert, ledger, map(self.values, current.rows))


async def each(connection: Any, statement: str, ledger: int, rows: Iterable[Sequence[Any]]) -> None:
    """Execute a statement for each row, in order; its $1 is the ledger."""
    arguments = [(ledger, *row) for row in rows]
    if arguments:
        await connection.executemany(statement, arguments)


def _is_models(hint: Any) -> bool:
    parts = get_args(hint)
    return get_origin(hint) is tuple and isinstance(parts[0], type) and issubclass(parts[0], BaseModel)


GROWING = (
    Table("activation_keys", KeyRow),
    Table("claim_codes", ClaimCodeRow),
    Table("companies", CompanyRow),
    Table("corrections", CorrectionRow),
    Table("delivered_devices", DeliveredRow),
    Table("deliveries", LicenseFileDeliveryRow),
    Table("device_stays", StayRow),
    Table("device_versions", DeviceRow),
    Table("entries", EntryRow),
    Table("invitations", InvitationRow),
    Table("legacy_consents", LegacyConsentRow),
    Table("legacy_conversions", LegacyConversionRow),
    Table("legacy_imports", LegacyImportRow),
    Table("legacy_keys", LegacyKeyRow),
    Table("movements", MovementRow),
    Table("projects", ProjectRow),
    Table("replacements", ReplacementRow),
    Table("return_limit_releases", LimitReleaseRow),
    Table("spent_certificates", SpentCertificateRow),
    Table("staff_downloads", DownloadRow),
    Table("subject_entries", SubjectRow),
    Table("test_licenses", TestRow, {"each": "count"}),
    Table("warranty_versions", WarrantyRow),
)
CURRENT = (
    CurrentTable("company_offers", CompanyOfferRow),
    CurrentTable("device_models", ModelRow),
    CurrentTable("device_offers", DeviceOfferRow),
    CurrentTable("grants", GrantRow, keys=3),
    CurrentTable("license_types", LicenseTypeRow),
    CurrentTable("members", MemberRow, keys=2),
    CurrentTable("software_services", ServiceRow),
    CurrentTable("warranties", WarrantyRow),
)


async def add_rows(connection: Any, ledger: int, changes: Changes) -> None:
    """Let the growing tables grow."""
    for table in GROWING:
        await table.add(connection, ledger, changes.of(table.kind))


async def replace_rows(connection: Any, ledger: int, changes: Changes) -> None:
    """Bring the current rows up to date."""
    for table in CURRENT:
        await table.replace(connection, ledger, changes)
