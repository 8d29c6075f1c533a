"""Bodies and responses of delivered devices."""

from typing import Annotated

from pydantic import Field

from contracts.catalog import MAX_REGISTERED, ModelName
from contracts.identifiers import CompanyId, Sha256
from contracts.texts import Reference
from ledger.entrypoints.api.models.base import Body, DayText, SerialText, StaffBody


class DeliveredDeviceBody(Body):
    serial: SerialText
    model: ModelName
    delivered_on: DayText
    certificate_sha256: Sha256 | None = None
    delivered_to: Annotated[
        CompanyId | None,
        Field(description="The company that it was delivered to, which may then order its test without its contact."),
    ] = None


class RegisterDevicesBody(Body):
    devices: Annotated[list[DeliveredDeviceBody], Field(min_length=1, max_length=MAX_REGISTERED)]
    reference: Reference


class ProposeDeliveryCorrectionBody(StaffBody):
    model: ModelName
    delivered_on: DayText
