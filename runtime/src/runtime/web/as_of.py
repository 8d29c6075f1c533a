"""`?as_of=`: a query about the past names an entry, a day or a moment."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request

from contracts.dates import civil_day, first_moment_of
from contracts.identifiers import MAX_SEQUENCE
from runtime.web.consistency import require_entry
from runtime.web.problems import Refused
from runtime.web.read_side import TheReadSide

_SEQUENCE = re.compile(r"[1-9][0-9]{0,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)([Zz]|[+ -][0-9]{2}:[0-9]{2})"
)
"""RFC 3339 as clients write it: .NET has seven digits of a second, and a `+` in an address may have become a blank."""
WRITTEN = "as_of is the sequence of an entry, a day such as 2026-11-24, or a time as in RFC 3339."
PASSED = "X-As-Of-Passed"
"""The header that says whether a day or a time has passed: until then the answer can still change."""


def parse_as_of(text: str) -> int | datetime:
    """A sequence, or the moment up to which entries count; raises Refused."""
    if _SEQUENCE.fullmatch(text) and int(text) <= MAX_SEQUENCE:
        return int(text)
    try:
        if _DAY.fullmatch(text):
            midnight = first_moment_of(date.fromisoformat(text) + timedelta(days=1))
            return midnight.astimezone(UTC) - timedelta(microseconds=1)
        if said := _MOMENT.fullmatch(text):
            day, time, offset = said.groups()
            return datetime.fromisoformat(f"{day}T{time}{offset.replace(' ', '+').upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refused("request_invalid", WRITTEN)


_AsOfText = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Answer as of this entry of the log, the end of this day (Europe/Berlin), or this time. The header"
        " X-As-Of-Passed says of a day or a time whether it has passed; until then the answer can still change.",
        examples=["1174", "2026-11-24", "2026-11-24T09:00:00Z"],
    ),
]


async def _as_of(request: Request, services: TheReadSide, as_of: _AsOfText = None) -> int | None:
    """The last entry that counts; 0 where the ledger began later, None for the present."""
    if as_of is None:
        return None
    asked = parse_as_of(as_of)
    if isinstance(asked, datetime):
        request.state.response_headers = {PASSED: "true" if asked < services.clock() else "false"}
        return await services.queries.sequence_at(asked)
    await require_entry(services, asked, or_else=WRITTEN)
    return asked


AsOf = Annotated[int | None, Depends(_as_of)]


@dataclass(frozen=True, slots=True)
class PointInTime:
    """The last entry that counts, and the day in question."""

    sequence: int
    day: date


async def _point(services: TheReadSide, sequence: AsOf, as_of: _AsOfText = None) -> PointInTime | None:
    """None for the present. The day of a day is itself, but none in the future; the day of an entry is its own."""
    if as_of is None or sequence is None:
        return None
    asked = parse_as_of(as_of)
    at = asked if isinstance(asked, datetime) else await services.queries.time_of(asked)
    return None if at is None else PointInTime(sequence, civil_day(min(at, services.clock())))


AsOfPoint = Annotated[PointInTime | None, Depends(_point)]
