"""Queries of history: the entries about a company, project, device or key, each with its cause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import Field

from ledger.application.queries.labels import NoteView
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class MovedView(View):
    """What an entry moved into an account, or out of it when negative, and what the account had then."""

    account: str = Field(examples=["device/009033010203", "issuance"])
    license_type: str
    count: int
    balance: int | None = Field(
        description="Null for `issuance` and `retired`, which nobody holds: staff alone sees them.", examples=[30]
    )


class EntryView(View):
    """An entry of the ledger and its cause."""

    sequence: int
    time: datetime
    actor: str = Field(
        examples=[
            "account:9a0b6f4e-1c2d-4e3f-8a5b-6c7d8e9f0a1b@3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42",
            "device:009033010203",
            "company:3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42",
        ]
    )
    event_type: str = Field(examples=["licensing.ledger.licenses-allocated.v1"])
    subject: str = Field(description="What the entry is about first of all.", examples=["devices/009033010203"])
    projects: list[str] = Field(
        description="The projects that it concerns, as far as the caller sees them; at most 20.",
        examples=[["7c0d5b7e-0f4a-4d43-8c69-2f0f4b1c9d10"]],
    )
    serials: list[str] = Field(
        description="The devices that it concerns, as far as they were where the caller sees them; at most 20.",
        examples=[["009033010203"]],
    )
    command_id: str
    correlation_id: str = Field(description="X-Correlation-Id of the request that caused it.")
    movements: list[MovedView] = Field(
        description="What it moved here: on the device; in the project; in all of the company; by the key."
    )
    notes: list[NoteView] = Field(
        default=[], description="What its projects say of it today, as far as the caller sees them."
    )
    facts: dict[str, Any] | None = Field(
        description="What it says besides, such as the project, the serial, names and rights: for the company's "
        "administrators and staff.",
        examples=[{"former_name": "Hotel Adria", "project_name": "Villa Adria"}],
    )


@dataclass(frozen=True, slots=True)
class EntrySearch:
    """What entries to list: of at most one company, project or device, or of all that the viewer sees.

    No types are all of them. With a license type, only those that moved such licenses in the project or on the device.
    """

    company: str | None = None
    project: str | None = None
    device: str | None = None
    types: tuple[str, ...] = ()
    license_type: str | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class EntryPage(Page[EntryView]):
    """Entries in order, and the entry that the rows stood for when they were read."""

    position: int


class HistoryQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def entries(self, viewer: Viewer, wanted: EntrySearch, after: int | None, limit: int) -> EntryPage | None:
        """What concerns it, behind an entry in the wanted order.

        Of a device, what happened to it in projects that the viewer sees; all for the vendor's staff.
        """
        ...

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        """For whoever may see the key."""
        ...
