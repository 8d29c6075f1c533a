"""Bodies and responses of claims."""

from pydantic import Field

from contracts.identifiers import Sha256
from ledger.entrypoints.api.models.base import Body, CommandResponse


class WithdrawClaimCodeBody(Body):
    code_digest: Sha256


class ClaimCodeCreatedResponse(CommandResponse):
    project: str
    claim_code: str = Field(examples=["P85R-X9BH-JYWF-4G95"])
    code_digest: str
    code_hint: str = Field(description="Four symbols that name the code in lists.")
    valid_days: int = Field(description="For how many days it works from now on.")
