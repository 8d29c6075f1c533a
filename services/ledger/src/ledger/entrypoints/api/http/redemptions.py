"""What redeemed keys became, for however many redemptions wait for it: one wait and one read for all of them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from ledger.application.queries.activation_keys import RedeemedLicensesView, Redemption
from ledger.application.queries.ledger_queries import Queries
from runtime.trouble import Trouble
from runtime.web.read_side import Waiter

REDEEMED_SECONDS = 1.0
"""How long a redemption waits for the read side, which is milliseconds behind, to include its result."""

Found = Mapping[Redemption, list[RedeemedLicensesView]]


class Redemptions:
    """Reads in rounds: who comes while one runs is in the next one, with all others that came meanwhile.

    So the lines of a bulk, which the ledger decides by the dozen, do not each ask for the same position.
    """

    def __init__(self, queries: Queries, waiter: Waiter) -> None:
        self._queries = queries
        self._waiter = waiter
        self._one_at_a_time = asyncio.Lock()
        self._wanted: set[Redemption] = set()
        self._next: asyncio.Task[Found] | None = None

    async def licenses(self, redemption: Redemption) -> list[RedeemedLicensesView] | None:
        """What came into the project, if the read side knows in time: the key is redeemed in any case."""
        self._wanted.add(redemption)
        if self._next is None:
            self._next = asyncio.create_task(self._round())
        with suppress(Trouble, TimeoutError):
            async with asyncio.timeout(REDEEMED_SECONDS):
                return (await asyncio.shield(self._next)).get(redemption)
        return None

    async def _round(self) -> Found:
        async with self._one_at_a_time:
            wanted, self._wanted, self._next = self._wanted, set[Redemption](), None
            newest = max(one.sequence for one in wanted)

            async def is_reached() -> bool:
                return await self._queries.position() >= newest

            await self._waiter.until(is_reached, seconds=REDEEMED_SECONDS)
            return await self._queries.redemptions(wanted)
