"""Bodies and responses of catalog."""

from typing import Annotated

from pydantic import Field

from contracts.catalog import MAX_DEFINED, DeviceModel, LicenseTypeFacts
from contracts.texts import Reference
from ledger.entrypoints.api.models.base import Body


class DefineLicenseTypesBody(Body):
    license_types: Annotated[list[LicenseTypeFacts], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference


class DefineDeviceModelsBody(Body):
    models: Annotated[list[DeviceModel], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference
