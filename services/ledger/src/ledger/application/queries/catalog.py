"""Queries of the catalog: license types and device models."""

from typing import Protocol

from pydantic import Field

from contracts.licenses import LicenseClass
from ledger.application.queries.views import View
from runtime.pages import Page


class LicenseTypeView(View):
    license_type: str
    license_class: LicenseClass
    family: str
    version: int | None
    weight: int = Field(description="What one license counts for software service.")
    device_limit: int | None = Field(description="How many of it a device may hold.")
    sole_device: bool = Field(description="Whether only one device of a project may hold it.")
    months: int | None = Field(description="By how much it extends a warranty.")
    sequence: int = Field(description="The entry that defined it last.")


class DeviceModelView(View):
    model: str
    family: str
    warranty_months: int
    sequence: int = Field(description="The entry that defined it last.")


class CatalogQueries(Protocol):
    """The catalog is for everybody. Raises Trouble."""

    async def license_types(self, after: str, limit: int) -> Page[LicenseTypeView]: ...
    async def device_models(self, after: str, limit: int) -> Page[DeviceModelView]: ...
    async def device_model(self, model: str) -> DeviceModelView | None: ...
