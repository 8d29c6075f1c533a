"""What an account may ask of its conversions; nobody sees another's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from audio.application.views import ConversionView, conversion_view
from contracts.actors import Account
from contracts.audio.conversions import ConvertedFile
from contracts.audio.events import AudioConversionCompleted, AudioConversionFailed, AudioConversionRequested
from runtime.pages import Page


@dataclass(frozen=True, slots=True)
class Job:
    """A conversion as its rows say it. `files` are those made so far, in the order of the request.

    `number` is its place in lists, and None until it stands there, which is soon.
    """

    number: int | None
    request: AudioConversionRequested
    state: Literal["waiting", "done", "failed"]
    requested: datetime
    ended: datetime | None
    result: AudioConversionCompleted | None
    failure: AudioConversionFailed | None
    files: tuple[ConvertedFile, ...]

    def view(self) -> ConversionView:
        return conversion_view(
            self.request,
            "running" if self.state == "waiting" and self.files else self.state,
            self.requested,
            ended=self.ended,
            report=self.result.report if self.result else None,
            files=self.files,
            failure=self.failure,
        )


class Jobs(Protocol):
    """Raises Trouble while the database is away."""

    async def one(self, account: Account, job: str) -> Job | None: ...

    async def of_batch(self, account: Account, batch: str) -> list[Job]:
        """All that is left of a batch, in the order in which it was sent."""
        ...

    async def of_account(self, account: Account, before: int, limit: int) -> Page[Job]:
        """Newest first, those with a smaller number than `before`."""
        ...
