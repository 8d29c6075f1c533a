"""Support and presales cases that the help desk tells of, by records and by its webhook (rule F9).

Facts of a case come both ways, what people wrote in it by the webhook alone. Of each the highest revision stays, so
whatever comes twice, late or out of order changes nothing.
"""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field

from contracts.models import WireModel
from contracts.moments import Moment
from contracts.support.cases import CaseFacts
from contracts.texts import Line, Paragraphs

MAX_MESSAGES = 200
"""Of one case; whoever has more leaves the oldest out."""

Side = Literal["vendor", "company"]
TakenOutcome = Literal["taken", "repeated", "stale_revision", "replayed"]


class PublicMessage(WireModel):
    """What the company may read of a case. Who wrote it is told by the side alone; internal notes never come here."""

    time: Moment
    side: Annotated[Side, Field(description="Who wrote it: the vendor, or the company whose case it is.")]
    text: Paragraphs


class SupportCaseNotice(CaseFacts):
    """The body of a webhook: a case as of one revision, with its title and all its public messages."""

    title: Line
    messages: Annotated[tuple[PublicMessage, ...], Field(max_length=MAX_MESSAGES)] = ()


class Delivery(NamedTuple):
    """One sending of a webhook, by what its signature covers; whoever sends it again signs a new time."""

    id: str
    sent: datetime
    until: datetime
    """From then on it would be refused for its time, so nobody has to remember it."""


class SupportCases(Protocol):
    """Keeps the cases of one ledger. Raises Trouble."""

    async def take(self, delivery: Delivery, notice: SupportCaseNotice, *, now: datetime) -> TakenOutcome:
        """Keep what a webhook says, durable before this returns.

        `replayed`: this very delivery was taken before, and nothing is kept. `stale_revision`: a later revision is
        known, and nothing of the case changes. `repeated`: this revision is known already; the first one counts.
        """
        ...
