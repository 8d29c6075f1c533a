"""Licenses of a type in a request, and in what became of it."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.identifiers import LicenseType
from contracts.licenses import MAX_LOTS, Count, Licenses
from ledger.entrypoints.api.models.base import Body


class WantedLicenses(Body):
    license_type: LicenseType
    count: Count


WantedList = Annotated[list[WantedLicenses], Field(min_length=1, max_length=MAX_LOTS)]


class MovedLicensesView(BaseModel):
    """So many licenses of a type that a command moved."""

    license_type: str
    count: int


def licenses_of(licenses: list[WantedLicenses]) -> tuple[Licenses, ...]:
    return tuple(Licenses(license_type=one.license_type, count=one.count) for one in licenses)
