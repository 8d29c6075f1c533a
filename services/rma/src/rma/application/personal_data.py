"""What people say of themselves: kept beside the log, bound to a case by the command that filed it (decision D9).

A request is kept before its command is sent, as a case without contacts helps nobody. So it is there when the case is;
what is left of a command that was never decided is taken away later.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from contracts.actors import Account
from rma.application.queries.views import AttachmentView, MessageView
from runtime.pages import Page

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


class Messages(Protocol):
    """Messages between requesters and the vendor's staff. Raises Trouble."""

    async def add(self, rma: str, command_id: str, by: Account, text: str) -> MessageView:
        """The message, which is there once however often it is added; raises OtherRequestKept."""
        ...

    async def of_case(self, rma: str, after: int, limit: int) -> Page[MessageView]: ...


class Attachments(Protocol):
    """What is known of the files in cases; their bytes lie in a store of blobs. Raises Trouble."""

    async def add(self, rma: str, command_id: str, by: Account, file: AttachmentView, blob: str) -> AttachmentView:
        """The attachment, which is there once; raises OtherRequestKept."""
        ...

    async def of_case(self, rma: str, after: int, limit: int) -> Page[AttachmentView]: ...

    async def one(self, rma: str, number: int) -> tuple[AttachmentView, str | None] | None:
        """An attachment and the name of its blob; no name where it was erased."""
        ...


class PersonalData(Protocol):
    """Erases what people said of themselves in a case. Raises Trouble."""

    async def erase(self, rma: str, command_id: str, by: str) -> list[str]:
        """Take request, messages and files away, for ever; the names of blobs that nothing names any more."""
        ...
