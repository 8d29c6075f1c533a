"""Responses to decisions that set entries aside."""

from pydantic import BaseModel, Field


class SettingAsideResponse(BaseModel):
    """A proposal or an approval became an entry of the log of cases."""

    decision: str
    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")
