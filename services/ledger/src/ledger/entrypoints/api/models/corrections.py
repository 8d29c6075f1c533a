"""Bodies and responses of corrections."""

from typing import Annotated

from pydantic import Field

from contracts.corrections import MAX_LINES, MIN_LINES, Source, Target
from contracts.texts import Reason
from ledger.entrypoints.api.models.base import Body, CommandResponse, StaffBody
from ledger.entrypoints.api.models.licenses import WantedList


class ProposeCorrectionBody(StaffBody):
    source: Source
    target: Target
    licenses: WantedList


_PORTS = [{"license_type": "Port11", "count": 5}]
_LINKED = [
    {"source": "project/7c0d5b7e-0f4a-4d43-8c69-2f0f4b1c9d10", "target": "retired", "licenses": _PORTS},
    {"source": "issuance", "target": "project/0b6f1d2c-93a8-4e57-8f14-c5d7e9a1b3f0", "licenses": _PORTS},
]


class CorrectionLineBody(Body):
    source: Source
    target: Target
    licenses: WantedList


class ProposeLinkedCorrectionsBody(StaffBody):
    lines: Annotated[list[CorrectionLineBody], Field(min_length=MIN_LINES, max_length=MAX_LINES, examples=[_LINKED])]


class RejectCorrectionBody(Body):
    reason: Reason


class CorrectionResponse(CommandResponse):
    correction: str
