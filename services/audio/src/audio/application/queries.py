"""What an account may ask of its conversions; nobody sees another's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audio.application.views import ConversionView, State, conversion_view
from contracts.actors import Account
from contracts.audio.events import AudioConversionCompleted, AudioConversionFailed, AudioConversionRequested
from runtime.pages import Page


@dataclass(frozen=True, slots=True)
class Job:
    """A conversion as its rows say it."""

    number: int
    request: AudioConversionRequested
    state: State
    requested: datetime
    ended: datetime | None
    result: AudioConversionCompleted | None
    failure: AudioConversionFailed | None

    def view(self) -> ConversionView:
        return conversion_view(self.request, self.state, self.requested, self.ended, self.result, self.failure)


class Jobs(Protocol):
    """Raises Trouble while the database is away."""

    async def one(self, account: Account, job: str) -> Job | None: ...

    async def of_batch(self, account: Account, batch: str) -> list[Job]:
        """All that is left of a batch, in its order."""
        ...

    async def of_account(self, account: Account, before: int, limit: int) -> Page[Job]:
        """Newest first, those with a smaller number than `before`."""
        ...
