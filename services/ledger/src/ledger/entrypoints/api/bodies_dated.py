"""What requests about the catalog and about dates say, and what they are answered."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from contracts.catalog import MAX_DEFINED, MAX_REGISTERED, DeviceModel, LicenseTypeFacts, ModelName
from contracts.commands import Reference
from contracts.identifiers import Sha256
from ledger.entrypoints.api.bodies import Body, SerialText

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(said: object) -> date:
    if not isinstance(said, str) or not _ISO.fullmatch(said):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(said)


DayText = Annotated[date, BeforeValidator(_day), Field(examples=["2026-05-20"])]


class DefineLicenseTypesBody(Body):
    license_types: Annotated[list[LicenseTypeFacts], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference


class DefineDeviceModelsBody(Body):
    models: Annotated[list[DeviceModel], Field(min_length=1, max_length=MAX_DEFINED)]
    reference: Reference


class DeliveredDeviceBody(Body):
    serial: SerialText
    model: ModelName
    delivered_on: DayText
    certificate_sha256: Sha256 | None = None


class RegisterDevicesBody(Body):
    devices: Annotated[list[DeliveredDeviceBody], Field(min_length=1, max_length=MAX_REGISTERED)]
    reference: Reference
