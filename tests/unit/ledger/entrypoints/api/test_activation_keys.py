"""A preview of a key for a project that is nearly full; all else of it is asked of a real read side."""

from dataclasses import dataclass
from typing import cast

from contracts.codes import activation_key
from contracts.licenses import MAX_HELD
from ledger.application.queries.activation_keys import RedeemedLicensesView, RedemptionTarget, TypedKey
from ledger.application.queries.ledger_queries import Queries
from ledger.application.queries.views import LicensesView
from ledger.application.queries.visibility import Viewer
from tests.support.ledger.api_in_memory import Api, NoRows, problem
from tests.support.ledger.story import HOTEL

KEY = activation_key.make(b"k" * 32, "0" * 64)
TWO_PORTS = LicensesView(license_type="Port11", license_class="pbx", count=2)


@dataclass
class AKeyOfTwoPorts(NoRows):
    """Implements RedemptionQueries."""

    free: int

    async def typed_key(self, viewer: Viewer, key_digest: str) -> TypedKey:  # noqa: ARG002
        return TypedKey("K3YZ", (TWO_PORTS,), units=2, blocked=None, is_redeemed=False, redeemed=None)

    async def redemption_target(self, viewer: Viewer, project: str) -> RedemptionTarget:  # noqa: ARG002
        return RedemptionTarget(archived=False, blocked=None, free={"Port11": self.free}, period=None)

    async def redemption(self, key_digest: str, sequence: int) -> list[RedeemedLicensesView] | None:  # noqa: ARG002
        return None


async def test_a_preview_says_when_a_project_would_have_too_many() -> None:
    body = {"activation_key": KEY, "project": HOTEL}

    fits = await Api(cast("Queries", AKeyOfTwoPorts(MAX_HELD - 2))).post("/v1/activation-keys/previews", body)
    full = await Api(cast("Queries", AKeyOfTwoPorts(MAX_HELD - 1))).post("/v1/activation-keys/previews", body)

    assert fits.status_code == 200
    assert problem(full) == (409, "balance_limit")
    assert (full.json()["license_type"], full.json()["limit"]) == ("Port11", MAX_HELD)
