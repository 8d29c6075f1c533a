"""Bodies and responses of replacements."""

from pydantic import Field

from contracts.fields import DocumentBase64
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


class RecommissionDeviceBody(Body):
    document: DocumentBase64 = Field(description="The return document that the box made, in base64.")
    reason: Reason


class DeviceRecommissionedResponse(CommandResponse):
    serial: str
    generation: int = Field(description="The generation that the device begins; its certificate is in the receipt.")
