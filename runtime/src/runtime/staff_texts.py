"""Texts that lie beside a log: kept before their command is sent, erased on demand (ADR 20)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

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
