"""Slots for bulk requests and exports: one for each company, and always one for the vendor."""

from contextlib import AbstractAsyncContextManager

from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.web.concurrency_slots import ConcurrencySlots


def slot_for(slots: ConcurrencySlots, services: Services, caller: LedgerCaller) -> AbstractAsyncContextManager[None]:
    """The slot of the caller's company; the vendor's staff gets one beyond the others."""

    async def is_vendor() -> bool:
        company = await services.queries.company(caller.viewer, caller.company)
        return company is not None and company.kind == "vendor"

    return slots.slot(caller.company, privileged=is_vendor)
