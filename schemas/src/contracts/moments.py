"""Times that entries and records state."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
"""No database holds a time that its offset takes beyond the calendar: whoever stores it would fail.

The bounds are pydantic-core's own: a function of ours here took a fifth of an entry's validation."""
