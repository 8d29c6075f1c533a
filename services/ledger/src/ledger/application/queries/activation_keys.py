"""Queries of activation keys: for whoever types one in, and for lists and searches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from contracts.software_service import ServicePeriod
from ledger.application.queries.blocks import Blocked, BlockedView
from ledger.application.queries.views import LicensesView, View
from ledger.application.queries.visibility import Viewer
from runtime.pages import Page, Start


class RedeemedView(View):
    """Where a key went."""

    project: str
    sequence: int
    time: datetime


@dataclass(frozen=True, slots=True)
class TypedKey:
    """A key to somebody who has it; `units` are its PBX licenses, each times the weight of its type.

    `redeemed` is told only to who may see the project.
    """

    key_hint: str
    licenses: tuple[LicensesView, ...]
    units: int
    blocked: BlockedView | None
    is_redeemed: bool
    redeemed: RedeemedView | None


@dataclass(frozen=True, slots=True)
class RedemptionTarget:
    """A project as far as a redemption into it depends on it."""

    archived: bool
    blocked: BlockedView | None
    free: Mapping[str, int]
    period: ServicePeriod | None


class RedeemedLicensesView(LicensesView):
    held: int = Field(description="How many of them wait until software service is paid for them.")


class Redemption(NamedTuple):
    """A key and the entry that redeemed it."""

    key_digest: str
    sequence: int


class RedemptionQueries(Protocol):
    """Reads of one ledger, each from one snapshot; None for what is not there. Raises Trouble."""

    async def typed_key(self, viewer: Viewer, key_digest: str) -> TypedKey | None: ...

    async def redemption_target(self, viewer: Viewer, project: str) -> RedemptionTarget | None:
        """Raises NoRight for who may see the project and not redeem into it."""
        ...

    async def redemptions(self, wanted: Collection[Redemption]) -> Mapping[Redemption, list[RedeemedLicensesView]]:
        """What keys became by these entries, as far as the read side has them."""
        ...


class ActivationKeyView(View):
    """A key; itself it is kept nowhere. The order is told to the vendor's staff only."""

    key_digest: str
    key_hint: str = Field(description="Four symbols that name the key in lists.")
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


class ActivationKeyQueries(Protocol):
    """Raises Trouble."""

    async def activation_keys(
        self, viewer: Viewer, order_number: str | None, start: Start, limit: int
    ) -> Page[ActivationKeyView] | None:
        """For the vendor's staff alone."""
        ...

    async def redeemed_keys(
        self, viewer: Viewer, project: str, start: Start, limit: int
    ) -> Page[ActivationKeyView] | None:
        """Those that were redeemed into a project, in the order of the entries that did it; for who may see it."""
        ...

    async def activation_key(self, viewer: Viewer, key_digest: str) -> ActivationKeyView | None:
        """For the vendor's staff, and whoever may see the project that it was redeemed into."""
        ...
