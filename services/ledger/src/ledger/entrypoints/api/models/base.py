"""What all bodies and responses are made of."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from contracts.texts import Reason, Reference

SerialText = Annotated[
    str,
    Field(max_length=24, description="A hardware id; case and separators do not matter.", examples=["009033010203"]),
]


class Body(BaseModel):
    """The body of a request: no field is coerced, none is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CommandResponse(BaseModel):
    """A command became an entry of the ledger."""

    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(said: object) -> date:
    if not isinstance(said, str) or not _DAY.fullmatch(said):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(said)


DayText = Annotated[date, BeforeValidator(_day), Field(examples=["2026-05-20"])]


class StaffBody(Body):
    reason: Reason
    reference: Reference


NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
