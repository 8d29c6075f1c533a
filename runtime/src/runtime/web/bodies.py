"""What all bodies of requests are made of."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Body(BaseModel):
    """The body of a request: no field is coerced, none is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(said: object) -> date:
    if not isinstance(said, str) or not _DAY.fullmatch(said):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(said)


DayText = Annotated[date, BeforeValidator(_day), Field(examples=["2026-05-20"])]
SerialText = Annotated[
    str,
    Field(max_length=24, description="A hardware id; case and separators do not matter.", examples=["009033010203"]),
]
