"""Bodies and responses of replacements."""

from pydantic import Field

from contracts.identifiers import ProjectId, RmaId
from contracts.texts import Reason
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText


class ReplaceDeviceBody(Body):
    replacement: SerialText
    rma: RmaId
    reason: Reason
    other_model: bool = Field(default=False, description="The replacement may be of another family; say why.")
    project: ProjectId | None = Field(default=None, description="Where the broken device must be; elsewhere it's a no.")


class DeviceReplacedResponse(CommandResponse):
    serial: str
    replacement: str
    rma: str
