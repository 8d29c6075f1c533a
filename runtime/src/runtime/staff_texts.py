"""Texts that lie beside a log: kept before their command is sent, erased on demand (ADR 20)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.models import WireModel
from contracts.outcomes import Accepted, Rejected
from contracts.staff_texts import texts_of

ERASED = "erased"
"""What a view shows in place of a text that was erased."""


class KeptText(NamedTuple):
    """A text and what stands for it; the salt of a text that was erased is gone."""

    digest: str
    salt: bytes | None
    text: str


KeptTexts = Mapping[str, KeptText]
"""Those of one command, by member."""


class ShownText(NamedTuple):
    """A text that a command has left, or who erased it and when; the salt in hex."""

    member: str
    digest: str
    text: str | None
    salt: str | None
    erased: datetime | None
    erased_by: str | None


class StaffTextView(BaseModel):
    """A text of staff, and with what its digest can be checked."""

    model_config = ConfigDict(frozen=True)

    member: str = Field(examples=["reason"])
    digest: str = Field(description="What the entry holds in this member.")
    text: str | None = Field(description="Null when it was erased.")
    salt: str | None = Field(description="In hex; null when the text was erased.")
    erased: datetime | None
    erased_by: str | None = Field(description="The account that erased it.")


class EntryTextsView(BaseModel):
    """The texts of staff that an entry names by digest; empty for an older entry, which holds its texts itself."""

    model_config = ConfigDict(frozen=True)

    sequence: int
    texts: list[StaffTextView]


class KeepsTexts(Protocol):
    """Keeps the texts of one log's commands."""

    async def keep(self, command_id: str, texts: Mapping[str, str]) -> KeptTexts:
        """Each text with its digest, durable before this returns; raises Trouble.

        The same text of the same command has the same digest again. A command whose text was erased keeps that digest.
        """
        ...

    async def confirm(self, command_id: str, kept: KeptTexts) -> None:
        """The command became an entry: these texts stay until they are erased.

        Those that another request with this command has discarded in the meantime come back.
        """
        ...

    async def discard(self, command_id: str, kept: KeptTexts) -> None:
        """The command was refused: those of these texts go that no entry names."""
        ...


C = TypeVar("C", bound=WireModel)


async def ask_with_texts(
    beside: KeepsTexts, command: C, command_id: str, ask: Callable[[C, str], Awaitable[Accepted | Rejected]]
) -> Accepted | Rejected:
    """Ask a command whose texts never travel: they are kept beside the log first, and the command has digests."""
    texts = texts_of(command)
    if not texts:
        return await ask(command, command_id)
    kept = await beside.keep(command_id, texts)
    digests = {member: one.digest for member, one in kept.items()}
    outcome = await ask(command.model_copy(update=digests), command_id)
    await (beside.discard if isinstance(outcome, Rejected) else beside.confirm)(command_id, kept)
    return outcome
