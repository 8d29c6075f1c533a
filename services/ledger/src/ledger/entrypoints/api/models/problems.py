"""A refusal as the description of the API shows it."""

from pydantic import BaseModel, ConfigDict, Field


class ProblemBody(BaseModel):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:licensing:problem:insufficient_balance"])
    title: str
    status: int
    code: str = Field(examples=["insufficient_balance"])
    detail: str = ""
    rule: str = Field(default="", description="The rule behind it, as the table of refusals names it.", examples=["R5"])
    entries: list[int] | None = Field(
        default=None, description="The entries of the ledger that it rests on, where one can name them."
    )
