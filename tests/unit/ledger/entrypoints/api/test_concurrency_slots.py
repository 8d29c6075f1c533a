"""Bulk requests and exports have a place for each company, and always one for the vendor."""

from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from contracts.identifiers import derived_id
from ledger.application.queries.companies import CompanyView
from ledger.application.queries.visibility import Viewer
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.concurrency_slots import slot_for
from runtime.web.concurrency_slots import ConcurrencySlots
from runtime.web.problems import Refused
from tests.support.ledger.story import ADRIA, ANNA, BORA, NOON, STAFF, VENDOR


class Companies:
    """The read side, as `services` and their `queries` at once."""

    @property
    def queries(self) -> "Companies":
        return self

    async def company(self, _: Viewer, company: str) -> CompanyView:
        return CompanyView(
            company=company,
            kind="vendor" if company == VENDOR else "reseller",
            default_project=derived_id(company, "project"),
            sequence=1,
            registered=NOON,
            imported_into=None,
        )


services = cast("Services", Companies())
adria, bora, vendor = LedgerCaller(ANNA, ADRIA), LedgerCaller(ANNA, BORA), LedgerCaller(STAFF, VENDOR)


async def refusal(slots: ConcurrencySlots, caller: LedgerCaller) -> str:
    with pytest.raises(Refused) as refused:
        async with slot_for(slots, services, caller):
            raise AssertionError("it got a place")
    return refused.value.detail


async def test_a_company_has_one_place_and_leaves_the_others_to_others() -> None:
    slots = ConcurrencySlots(2, what="exports")
    async with slot_for(slots, services, adria):
        assert "A company has one" in await refusal(slots, adria)
        async with slot_for(slots, services, bora):
            pass
    async with slot_for(slots, services, adria):
        pass


async def test_when_all_places_are_taken_the_vendor_finds_one_behind_them() -> None:
    slots = ConcurrencySlots(1, what="exports")
    async with AsyncExitStack() as taken:
        await taken.enter_async_context(slot_for(slots, services, adria))
        assert "Too many exports" in await refusal(slots, bora)
        await taken.enter_async_context(slot_for(slots, services, vendor))
        assert "A company has one" in await refusal(slots, vendor)


async def test_a_place_is_free_again_after_whatever_went_wrong() -> None:
    slots = ConcurrencySlots(1, what="exports")
    error: Any = RuntimeError("the client is gone")
    with pytest.raises(RuntimeError):
        async with slot_for(slots, services, adria):
            raise error
    async with slot_for(slots, services, bora):
        pass
