"""Times that entries and records state."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _is_in_utc(time: datetime) -> datetime:
    """No database holds a time that its offset takes beyond the calendar: whoever stores it would fail."""
    try:
        time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is before the year 1 or after the year 9999 in UTC") from None
    return time


Moment = Annotated[AwareDatetime, AfterValidator(_is_in_utc)]
