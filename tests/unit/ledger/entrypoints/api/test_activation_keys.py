"""A preview of a key for a project that is nearly full; all else of it is asked of a real read side."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast

from contracts.codes import activation_key
from contracts.licenses import MAX_HELD
from ledger.application.queries.activation_keys import RedeemedLicensesView, Redemption, RedemptionTarget, TypedKey
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from ledger.entrypoints.api.http.redemptions import Redemptions
from tests.support.ledger.api_in_memory import Api, NeverReached, NoRows, problem
from tests.support.ledger.story import HOTEL

KEY = activation_key.make(b"k" * 32, "0" * 64)
TWO_PORTS = LicensesView(license_type="Port11", license_class="pbx", count=2)


@dataclass
class AKeyOfTwoPorts(NoRows):
    """Implements RedemptionQueries."""

    free: int = 0
    read: list[int] = field(default_factory=list[int])

    async def typed_key(self, viewer: Viewer, key_digest: str) -> TypedKey:  # noqa: ARG002
        return TypedKey("K3YZ", (TWO_PORTS,), units=2, blocked=None, is_redeemed=False, redeemed=None)

    async def redemption_target(self, viewer: Viewer, project: str) -> RedemptionTarget:  # noqa: ARG002
        return RedemptionTarget(archived=False, blocked=None, free={"Port11": self.free}, period=None)

    async def redemptions(self, wanted: Collection[Redemption]) -> dict[Redemption, list[RedeemedLicensesView]]:
        self.read.append(len(wanted))
        return {one: [RedeemedLicensesView(**TWO_PORTS.model_dump(), held=0)] for one in wanted}


async def test_a_preview_says_when_a_project_would_have_too_many() -> None:
    body = {"activation_key": KEY, "project": HOTEL}

    fits = await Api(cast("Queries", AKeyOfTwoPorts(MAX_HELD - 2))).post("/v1/activation-keys/previews", body)
    full = await Api(cast("Queries", AKeyOfTwoPorts(MAX_HELD - 1))).post("/v1/activation-keys/previews", body)

    assert fits.status_code == 200
    assert problem(full) == (409, "balance_limit")
    assert (full.json()["license_type"], full.json()["limit"]) == ("Port11", MAX_HELD)


async def test_redemptions_that_wait_at_the_same_time_are_read_together_and_later_ones_anew() -> None:
    queries = AKeyOfTwoPorts()
    redemptions = Redemptions(cast("Queries", queries), NeverReached())
    window = [Redemption(f"{number:064}", number) for number in range(64)]

    came = await asyncio.gather(*map(redemptions.licenses, window))
    later = await redemptions.licenses(Redemption("f" * 64, 64))

    assert queries.read == [64, 1]
    assert [lots and lots[0].count for lots in (*came, later)] == [2] * 65
