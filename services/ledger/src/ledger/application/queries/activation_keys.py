"""What may be asked about an activation key by who types it in, and about the project that it would go to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import Field

from contracts.software_service import ServicePeriod
from ledger.application.queries.queries import BlockedView, LicensesView, View, Viewer


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


class KeyQueries(Protocol):
    """Reads of one ledger, each from one snapshot; None for what is not there. Raises Trouble."""

    async def typed_key(self, viewer: Viewer, key_digest: str) -> TypedKey | None: ...

    async def redemption_target(self, viewer: Viewer, project: str) -> RedemptionTarget | None:
        """Raises NoRight for who may see the project and not redeem into it."""
        ...

    async def redemption(self, key_digest: str, sequence: int) -> list[RedeemedLicensesView] | None:
        """What the key became by this entry."""
        ...
