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


class CorrectionLineBody(Body):
    source: Source
    target: Target
    licenses: WantedList


class ProposeLinkedCorrectionsBody(StaffBody):
    lines: Annotated[list[CorrectionLineBody], Field(min_length=MIN_LINES, max_length=MAX_LINES)]


class RejectCorrectionBody(Body):
    reason: Reason


class CorrectionResponse(CommandResponse):
    correction: str
