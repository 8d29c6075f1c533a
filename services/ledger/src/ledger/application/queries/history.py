"""Queries of history: the entries about a company, project, device or key, each with its cause."""

from datetime import datetime
from typing import Any, Protocol

from pydantic import Field

from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page


class MovedView(View):
    """What an entry moved into an account, or out of it when negative, and what the account had then."""

    account: str = Field(examples=["device/009033010203", "issuance"])
    license_type: str
    count: int
    balance: int


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
    command_id: str
    correlation_id: str = Field(description="X-Correlation-Id of the request that caused it.")
    movements: list[MovedView] = Field(
        description="What it moved here: on the device; in the project; in all of the company; by the key."
    )
    facts: dict[str, Any] | None = Field(
        description="What it says besides, such as the project, the serial, names and rights: for the company's "
        "administrators and staff.",
        examples=[{"former_name": "Hotel Adria", "project_name": "Villa Adria"}],
    )


class HistoryQueries(Protocol):
    """None for what is absent or hidden. Raises NoRight where the viewer may know why, and Trouble."""

    async def project_history(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[EntryView] | None: ...
    async def company_history(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[EntryView] | None: ...
    async def device_history(self, viewer: Viewer, serial: str, after: int, limit: int) -> Page[EntryView] | None:
        """What happened to it in projects that the viewer sees; all for the vendor's staff."""
        ...

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        """For whoever may see the key."""
        ...
