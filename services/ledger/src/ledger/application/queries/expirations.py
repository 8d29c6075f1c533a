"""Queries of what ends soon, whatever it is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol, get_args

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page

Expiring = Literal["software_service", "warranty", "test_licenses", "claim_code", "invitation"]
EXPIRING: tuple[Expiring, ...] = get_args(Expiring)


class ExpirationView(View):
    kind: Expiring
    company: str
    project: str | None = Field(description="Null for an invitation, which is to the company.")
    project_name: str | None
    serial: str | None = Field(description="The device of a warranty or a test.")
    code_digest: str | None = Field(description="By which a claim code or an invitation can be withdrawn.")
    code_hint: str | None
    ends_on: date = Field(description="The last day that counts; of a code, the last day on which it works.")
    days_left: int = Field(description="Today and the days after it, up to and with the last one: 1 on the last day.")
    expires: datetime | None = Field(description="The time from which a code no longer works.")
    actor: str | None = Field(description="Who made a claim code or an invitation; of another company only which one.")
    sequence: int = Field(description="The entry that says so.")


class ExpirationPlace(NamedTuple):
    """A place in the order of what ends."""

    ends_on: date
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ExpirationSearch:
    """What ends from `today` up to `until` and has not ended `now`; what is None does not matter."""

    today: date
    until: date
    now: datetime
    kind: Expiring | None = None
    project: str | None = None
    company: str | None = None


class ExpirationQueries(Protocol):
    """Raises NoRight where the viewer may know why, and Trouble."""

    async def expirations(
        self, viewer: Viewer, wanted: ExpirationSearch, after: ExpirationPlace, limit: int
    ) -> Page[ExpirationView] | None:
        """The soonest first. Warranties only to whom guarantees are shown (rule F4), codes to whom may withdraw them.

        None where a project is asked for that is absent or hidden.
        """
        ...
