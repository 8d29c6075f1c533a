"""Rows of which only the newest of each key is kept: written in one statement a table."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.log.postings import held_account
from ledger.application.projection.catalog import TestRow
from ledger.application.projection.fold import Changes

HELD = held_account("")


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose key is `ledger` and its first `keys` columns."""

    name: str
    columns: str
    types: str
    keys: int = 1

    def statement(self) -> str:
        names, kinds = self.columns.split(), self.types.split()
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, 2))
        updates = ", ".join(f"{name} = excluded.{name}" for name in names[self.keys :])
        return (
            f"INSERT INTO {self.name} (ledger, {', '.join(names)}) SELECT $1, * FROM unnest({arrays})"  # noqa: S608
            f" ON CONFLICT (ledger, {', '.join(names[: self.keys])}) DO UPDATE SET {updates}"
        )


_LICENSE_TYPES = _Table(
    "license_types",
    "license_type license_class family version weight device_limit sole_device months sequence",
    "text text text int int int bool int int",
)
_MODELS = _Table("device_models", "model family warranty_months sequence", "text text int int")
_DELIVERED = _Table(
    "delivered_devices", "serial sequence model delivered_on base_months", "text int text date int", keys=2
)
_WARRANTIES = _Table("warranties", "serial months ends_on sequence", "text int date int")

_TESTS = _Table(
    "test_licenses",
    "serial sequence generation version slave count issued_on expires licenses",
    "text int int int bool int date date jsonb",
    keys=2,
)

_SERVICES = _Table("software_services", "project anchor months ends_on sequence", "text date int date int")
_HELD = _Table("held_licenses", "project license_type license_class held", "text text text bigint", keys=2)


def _written(changes: Changes) -> Iterator[tuple[_Table, Iterable[Sequence[Any]]]]:
    catalog = changes.catalog
    yield _LICENSE_TYPES, catalog.license_types.values()
    yield _MODELS, catalog.models.values()
    yield _DELIVERED, catalog.delivered
    yield _WARRANTIES, catalog.warranties.values()
    yield _SERVICES, catalog.services.values()
    yield _HELD, _held(changes)
    yield _TESTS, (_with_json(row) for row in catalog.tests)


def _held(changes: Changes) -> Iterator[Sequence[Any]]:
    for account, held in changes.held.items():
        if account.startswith(HELD):
            for license_type, units in held.items():
                if license_type in changes.classes:
                    yield account.removeprefix(HELD), license_type, changes.classes[license_type], units


def _with_json(row: TestRow) -> Sequence[Any]:
    return (*row[:-1], json.dumps([one.model_dump() for one in row.licenses]))


async def write_newest(connection: Any, ledger: int, changes: Changes) -> None:
    """Put the newest rows in the place of older ones."""
    for table, rows in _written(changes):
        if found := list(rows):
            await connection.execute(table.statement(), ledger, *map(list, zip(*found, strict=True)))
