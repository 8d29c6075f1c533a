"""Bodies and responses of blocks."""

from pydantic import ConfigDict, Field

from contracts.identifiers import CompanyId
from contracts.texts import Reason, Reference
from ledger.entrypoints.api.models.activation_keys import KeyText
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText


class BlockBody(Body):
    """Exactly one of activation_key, serial and company."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"serial": "009033010203", "reason": "Reported as stolen.", "reference": "CASE-2026-117"}]
        }
    )
    activation_key: KeyText | None = None
    serial: SerialText | None = None
    company: CompanyId | None = None
    reason: Reason
    reference: Reference


class BlockResponse(CommandResponse):
    subject: str = Field(examples=["devices/009033010203"])
