"""What people say of themselves: kept beside the log, bound to a case by the command that filed it (decision D9).

A request is kept before its command is sent, as a case without contacts helps nobody. So it is there when the case is;
what is left of a command that was never decided is taken away later.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from contracts.actors import Account
from rma.application.queries.views import AttachmentView, MessageView
from runtime.pages import Page

MAX_ATTACHMENTS = 100
"""Of a case: 1 GB in all."""
LOST_AFTER = timedelta(days=8)
"""A command lies at most seven days on its topic: what no entry names after that belongs to no case."""

Said = Mapping[str, Any]
"""A request as JSON has it."""


class OtherRequestKept(Exception):  # noqa: N818 - states the world
    """Another request was kept under the id of this command."""


class Requests(Protocol):
    """Keeps what requesters say when they file cases. Raises Trouble."""

    async def keep(self, command_id: str, said: Said) -> None:
        """Durable before this returns; raises OtherRequestKept. One that was erased stays erased."""
        ...

    async def confirm(self, command_id: str, said: Said) -> None:
        """The command became a case: this stays until it is erased, also if another attempt has discarded it."""
        ...

    async def discard(self, command_id: str) -> None:
        """The command was refused: what is kept goes, unless the same command became a case."""
        ...

    async def sweep(self) -> int:
        """Take away what belongs to no case; how much that was."""
        ...


class AttachmentsFull(Exception):  # noqa: N818 - states the world
    """The case has as many files as a case may have."""


class AttachedFile(NamedTuple):
    """A file as it is kept, and the name of its blob."""

    file_name: str
    media_type: str
    size: int
    sha256: str
    blob: str


class Messages(Protocol):
    """Messages between requesters and the vendor's staff. Raises Trouble."""

    async def add(self, rma: str, command_id: str, by: Account, text: str) -> MessageView:
        """The message, which is there once however often it is added; raises OtherRequestKept."""
        ...

    async def of_case(self, rma: str, after: int, limit: int) -> Page[MessageView]: ...


class Attachments(Protocol):
    """What is known of the files in cases; their bytes lie in a store of blobs. Raises Trouble.

    What is not stored yet is shown to nobody.
    """

    async def reserve(self, rma: str, command_id: str, by: Account, file: AttachedFile) -> AttachmentView:
        """Note where the bytes are going to lie, before they do: nothing lies there that nobody knows of.

        It is there once however often it is asked; raises OtherRequestKept, and AttachmentsFull.
        """
        ...

    async def stored(self, command_id: str) -> bool:
        """The bytes are there; whether they still are wanted, or the attachment was erased in the meantime."""
        ...

    async def lost(self) -> list[str]:
        """Names of blobs whose bytes were on their way a day ago, and whose attachment was never stored."""
        ...

    async def forget(self, blob: str) -> None:
        """Nothing lies there any more."""
        ...

    async def of_case(self, rma: str, after: int, limit: int) -> Page[AttachmentView]: ...

    async def one(self, rma: str, number: int) -> tuple[AttachmentView, str | None] | None:
        """An attachment and the name of its blob; no name where it was erased."""
        ...


class PersonalData(Protocol):
    """Erases what people said of themselves in a case. Raises Trouble."""

    async def blobs(self, rma: str) -> list[str]:
        """Where bytes of the case's files lie, or are going to."""
        ...

    async def erase(self, rma: str, command_id: str, by: str, blobs: list[str]) -> None:
        """Take request, messages and the files of these blobs away, for ever."""
        ...
