"""Bodies and responses of devices."""

from pydantic import Field

from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText
from ledger.entrypoints.api.models.licenses import WantedList


class AddDeviceBody(Body):
    serial: SerialText


class AllocateLicensesBody(Body):
    serial: SerialText
    licenses: WantedList
    confirm_final: bool = Field(default=False, description="Needed for types that can't be returned later.")


class DeviceAddedResponse(CommandResponse):
    serial: str
    project: str


class DeviceChangedResponse(CommandResponse):
    serial: str


class IssuedResponse(DeviceChangedResponse):
    issue: int | None = Field(
        description="The number of the device's license file that follows from it; null if it could not be read in "
        "time, or is not for the caller to see."
    )


class LicensesAllocatedResponse(IssuedResponse):
    project: str
