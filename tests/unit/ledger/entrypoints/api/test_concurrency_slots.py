"""Bulk requests and exports have a place for each company, and always one for the vendor."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from contracts.identifiers import derived_id
from ledger.application.queries.companies import CompanyView
from ledger.application.queries.visibility import Viewer
from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.concurrency_slots import slot_for
from runtime.web import concurrency_slots
from runtime.web.concurrency_slots import ConcurrencySlots
from runtime.web.problems import Refused
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, NOON, STAFF, VENDOR
from tests.support.ledger.story_members import NOBODY as CLEO


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
adria, ben, cleo = (LedgerCaller(account, ADRIA) for account in (ANNA, BEN, CLEO))
bora, vendor = LedgerCaller(ANNA, BORA), LedgerCaller(STAFF, VENDOR)


async def refusal(slots: ConcurrencySlots, caller: LedgerCaller) -> str:
    with pytest.raises(Refused) as refused:
        async with slot_for(slots, services, caller):
            raise AssertionError("it got a place")
    return refused.value.detail


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 0.01)


async def test_an_account_has_one_place_a_company_two_and_the_others_are_for_others() -> None:
    slots = ConcurrencySlots(3, what="exports")
    async with slot_for(slots, services, adria), slot_for(slots, services, ben):
        assert "An account has one" in await refusal(slots, adria)
        assert "A company has 2" in await refusal(slots, cleo)
        async with slot_for(slots, services, bora):
            pass
    async with slot_for(slots, services, cleo):
        pass


async def test_when_all_places_are_taken_the_vendor_finds_one_behind_them() -> None:
    slots = ConcurrencySlots(1, what="exports")
    async with AsyncExitStack() as taken:
        await taken.enter_async_context(slot_for(slots, services, adria))
        assert "Too many exports" in await refusal(slots, bora)
        await taken.enter_async_context(slot_for(slots, services, vendor))
        assert "An account has one" in await refusal(slots, vendor)


async def test_who_comes_again_waits_for_the_place_that_is_just_being_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_slots, "WAIT_SECONDS", 5)
    slots = ConcurrencySlots(1, what="exports")
    leaving = asyncio.Event()

    async def first() -> None:
        async with slot_for(slots, services, adria):
            await leaving.wait()

    holding = asyncio.create_task(first())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.05, leaving.set)
    async with slot_for(slots, services, adria):
        assert holding.done()


async def test_a_place_is_free_again_after_whatever_went_wrong() -> None:
    slots = ConcurrencySlots(1, what="exports")
    error: Any = RuntimeError("the client is gone")
    with pytest.raises(RuntimeError):
        async with slot_for(slots, services, adria):
            raise error
    async with slot_for(slots, services, bora):
        pass
