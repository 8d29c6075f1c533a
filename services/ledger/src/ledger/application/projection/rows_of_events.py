"""The one table of what each event leaves in the read side, put together from the families' own."""

from collections.abc import Iterable, Mapping

from contracts.events import Event
from contracts.events.projects import LicensesMoved
from contracts.events.software_service import HeldLicensesReleased
from contracts.log.entries import Entry
from ledger.application.projection import (
    activation_keys,
    blocks,
    catalog,
    claims,
    companies,
    company_imports,
    corrections,
    delivered_devices,
    device_moves,
    devices,
    invitations,
    legacy,
    legacy_keys,
    license_file_downloads,
    license_files,
    members,
    projects,
    replacements,
    returns,
    set_aside,
    software_service,
    test_licenses,
    warranty,
)
from ledger.application.projection.rows import Row, RowsByEvent, RowsOf

FAMILIES: tuple[RowsByEvent, ...] = (
    activation_keys.ROWS,
    blocks.ROWS,
    catalog.ROWS,
    claims.ROWS,
    companies.ROWS,
    company_imports.ROWS,
    corrections.ROWS,
    delivered_devices.ROWS,
    device_moves.ROWS,
    devices.ROWS,
    invitations.ROWS,
    legacy.ROWS,
    legacy_keys.ROWS,
    license_file_downloads.ROWS,
    license_files.ROWS,
    members.ROWS,
    projects.ROWS,
    replacements.ROWS,
    returns.ROWS,
    set_aside.ROWS,
    software_service.ROWS,
    test_licenses.ROWS,
    warranty.ROWS,
)


def _together(families: Iterable[RowsByEvent]) -> Mapping[type[Event], RowsOf]:
    """One table; a type that two families claim is a defect."""
    table: dict[type[Event], RowsOf] = {}
    for family in families:
        if twice := table.keys() & family.keys():
            raise ValueError(f"two families state rows of {sorted(event.__name__ for event in twice)}")
        table |= family
    return table


ROWS_OF: Mapping[type[Event], RowsOf] = _together(FAMILIES)
WITHOUT_ROWS: frozenset[type[Event]] = frozenset({LicensesMoved, HeldLicensesReleased})
"""Events that leave no rows but those of their postings and of history, which every entry has."""


def rows_of(entry: Entry[Event]) -> tuple[Row, ...]:
    """The rows that the entry's family states."""
    kind = type(entry.data)
    return () if kind in WITHOUT_ROWS else tuple(ROWS_OF[kind](entry))
