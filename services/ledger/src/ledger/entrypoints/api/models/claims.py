"""Bodies and responses of claims."""

from pydantic import Field

from contracts.identifiers import Sha256
from ledger.entrypoints.api.models.base import Body, CommandResponse


class WithdrawClaimCodeBody(Body):
    code_digest: Sha256


class ClaimCodeCreatedResponse(CommandResponse):
    project: str
    claim_code: str = Field(examples=["7K3M-9Q2X-0ABC-DEF1"])
    code_digest: str
    expires_after_days: int
