"""Rows of the catalog: license types and device models."""

from typing import NamedTuple

from contracts.catalog import LicenseTypeFacts, described
from contracts.events.catalog import DeviceModelsDefined, LicenseTypesDefined
from contracts.events.companies import LedgerFounded
from contracts.log.entries import Entry
from ledger.application.projection.rows import Rows, RowsByEvent


class LicenseTypeRow(NamedTuple):
    license_type: str
    license_class: str
    family: str
    version: int | None
    weight: int
    device_limit: int | None
    sole_device: bool
    months: int | None
    sequence: int


class ModelRow(NamedTuple):
    model: str
    family: str
    warranty_months: int
    sequence: int


def founding_types(entry: Entry[LedgerFounded]) -> Rows:
    """The catalog that a ledger begins with."""
    return [_type_row(described(definition), entry.sequence) for definition in entry.data.catalog]


def _types_defined(entry: Entry[LicenseTypesDefined]) -> Rows:
    return [_type_row(facts, entry.sequence) for facts in entry.data.license_types]


def _models_defined(entry: Entry[DeviceModelsDefined]) -> Rows:
    return [ModelRow(one.model, one.family, one.warranty_months, entry.sequence) for one in entry.data.models]


def _type_row(facts: LicenseTypeFacts, sequence: int) -> LicenseTypeRow:
    return LicenseTypeRow(
        facts.license_type,
        facts.license_class,
        facts.family,
        facts.version,
        facts.weight,
        facts.device_limit,
        facts.sole_device,
        facts.months,
        sequence,
    )


ROWS: RowsByEvent = {LicenseTypesDefined: _types_defined, DeviceModelsDefined: _models_defined}
