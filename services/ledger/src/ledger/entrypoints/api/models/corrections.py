"""Bodies and responses of corrections."""

from contracts.corrections import Source, Target
from contracts.texts import Reason
from ledger.entrypoints.api.models.base import Body, CommandResponse, StaffBody
from ledger.entrypoints.api.models.licenses import WantedList


class ProposeCorrectionBody(StaffBody):
    source: Source
    target: Target
    licenses: WantedList


class RejectCorrectionBody(Body):
    reason: Reason


class CorrectionResponse(CommandResponse):
    correction: str
