"""Slots for bulk requests and exports: by what the account is to the company that it acts for."""

from contextlib import AbstractAsyncContextManager

from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.web.concurrency_slots import ConcurrencySlots, Standing


def slot_for(slots: ConcurrencySlots, services: Services, caller: LedgerCaller) -> AbstractAsyncContextManager[None]:
    """The slot of the caller."""

    async def standing() -> Standing:
        company = await services.queries.company(caller.viewer, caller.company)
        if company is None:
            return Standing.STRANGER
        return Standing.STAFF if company.kind == "vendor" else Standing.MEMBER

    return slots.slot(caller, standing=standing)
