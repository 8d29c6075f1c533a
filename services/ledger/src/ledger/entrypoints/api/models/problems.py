"""A refusal as the description of the API shows it."""

from pydantic import Field

from runtime.web.openapi_refusals import ProblemBody


class LedgerProblemBody(ProblemBody):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    type: str = Field(examples=["urn:licensing:problem:insufficient_balance"])
    code: str = Field(examples=["insufficient_balance"])
    rule: str = Field(default="", description="The rule behind it, as the table of refusals names it.", examples=["R5"])
    entries: list[int] | None = Field(
        default=None, description="The entries of the ledger that it rests on, where one can name them."
    )
