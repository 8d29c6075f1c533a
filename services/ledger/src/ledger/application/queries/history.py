"""How things came to be: entries by what they concern, balances and devices as they were, and lists to search in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import Field

from ledger.application.queries.queries import (
    BalanceView,
    Blocked,
    DeviceView,
    LicensesView,
    Page,
    Queries,
    View,
    Viewer,
)


class MovedView(View):
    """What an entry moved into an account, or out of it when negative, and what the account held then."""

    license_type: str
    units: int
    held: int


class EntryView(View):
    """An entry of the ledger and its cause."""

    sequence: int
    time: datetime
    actor: str = Field(examples=["account:…@…", "device:009033010203", "company:…"])
    event_type: str = Field(examples=["licensing.ledger.licenses-allocated.v1"])
    subject: str = Field(description="What the entry is about first of all.", examples=["devices/009033010203"])
    command_id: str
    correlation_id: str = Field(description="X-Correlation-Id of the request that caused it.")
    movements: list[MovedView] = Field(description="What it moved here.")
    facts: dict[str, Any] | None = Field(
        description="What it says besides, such as names and rights: for the company's administrators and staff.",
        examples=[{"former_name": "Hotel Adria", "project_name": "Villa Adria"}],
    )


class CauseView(View):
    """One movement of a balance with its cause; the units of all of them sum to the balance."""

    sequence: int
    line: int
    time: datetime
    units: int = Field(description="Into the balance, or out of it when negative.")
    held: int = Field(description="The balance after this movement.")
    event_type: str
    subject: str
    actor: str
    command_id: str
    correlation_id: str


class ActivationKeyView(View):
    """A key; itself it is kept nowhere. The order is told to the vendor's staff only."""

    key_digest: str
    key_hint: str = Field(description="The last four symbols.")
    licenses: list[LicensesView]
    order_number: str | None
    customer_reference: str | None
    issued_sequence: int
    issued: datetime
    company: str | None = Field(description="Who redeemed it.")
    project: str | None
    redeemed_sequence: int | None
    redeemed: datetime | None
    blocked: Blocked = None


@dataclass(frozen=True, slots=True)
class DeviceSearch:
    """What devices to list; what is None does not matter."""

    prefix: str = ""
    project: str | None = None
    license_type: str | None = None
    company: str | None = None


class HistoryQueries(Queries, Protocol):
    """Reads of the past, under the same rules as those of the present."""

    async def sequence_at(self, time: datetime) -> int:
        """The last entry that was written by then; 0 if there is none."""
        ...

    async def time_of(self, sequence: int) -> datetime | None:
        """When an entry was written; None for one that is not there."""
        ...

    async def balance_as_of(self, viewer: Viewer, project: str, sequence: int) -> BalanceView | None: ...

    async def device_as_of(self, viewer: Viewer, serial: str, sequence: int) -> DeviceView | None:
        """None also where it was then in a project that the viewer does not see, or in none."""
        ...

    async def causes(
        self, viewer: Viewer, project: str, license_type: str, until: int, after: tuple[int, int], limit: int
    ) -> Page[CauseView] | None:
        """The movements of a project's balance of one type up to entry `until`, oldest first."""
        ...

    async def project_history(self, viewer: Viewer, project: str, after: int, limit: int) -> Page[EntryView] | None: ...
    async def company_history(self, viewer: Viewer, company: str, after: int, limit: int) -> Page[EntryView] | None: ...
    async def device_history(self, viewer: Viewer, serial: str, after: int, limit: int) -> Page[EntryView] | None:
        """What happened to it in projects that the viewer sees; all for the vendor's staff."""
        ...

    async def key_history(self, viewer: Viewer, key_digest: str, after: int, limit: int) -> Page[EntryView] | None:
        """For whoever may see the key."""
        ...

    async def find_devices(
        self, viewer: Viewer, wanted: DeviceSearch, after: str, limit: int
    ) -> Page[DeviceView] | None: ...
    async def activation_keys(
        self, viewer: Viewer, order_number: str | None, after: int, limit: int
    ) -> Page[ActivationKeyView] | None:
        """For the vendor's staff alone."""
        ...

    async def activation_key(self, viewer: Viewer, key_digest: str) -> ActivationKeyView | None:
        """For the vendor's staff, and whoever may see the project that it was redeemed into."""
        ...
