"""Devices looked up for a caller, or refused with the reason, and what is to be said beside them."""

from typing import Annotated, cast

from fastapi import Depends, Query

from contracts.dates import civil_day
from contracts.identifiers import MAX_SEQUENCE
from ledger.application.queries.devices import DeviceView, Expand, Expansion
from ledger.application.queries.replacements import ReplacementView
from ledger.entrypoints.api.dependencies import Services, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from runtime.web.problems import Refused

EXPAND_PATTERN = "^(test|guarantee|offer)(,(test|guarantee|offer)){0,2}$"


async def _expand(
    services: TheServices,
    expand: Annotated[
        str | None,
        Query(
            pattern=EXPAND_PATTERN,
            max_length=40,
            description="What to say beside each device, with commas between: `test`, `guarantee`, `offer`. A guarantee"
            " is for resellers and the vendor's staff; others get no such member.",
            examples=["test,guarantee,offer"],
        ),
    ] = None,
) -> Expand | None:
    if expand is None:
        return None
    return Expand(civil_day(services.clock()), frozenset(cast("list[Expansion]", expand.split(","))))


ExpandOfQuery = Annotated[Expand | None, Depends(_expand)]


async def require_device(
    services: Services, caller: LedgerCaller, serial: str, expand: Expand | None = None
) -> DeviceView:
    """The device; raises Refused with the reason: replaced, where the caller may know that."""
    view = await services.queries.device(caller.viewer, serial, expand)
    if view is not None:
        return view
    await reject_replaced(services, caller, serial)
    raise Refused("device_unknown")


async def require_device_as_of(services: Services, caller: LedgerCaller, serial: str, sequence: int) -> DeviceView:
    """The device as of an entry; raises Refused likewise."""
    view = await services.queries.device_as_of(caller.viewer, serial, sequence)
    if view is not None:
        return view
    await reject_replaced(services, caller, serial, sequence)
    raise Refused("device_unknown")


async def reject_replaced(services: Services, caller: LedgerCaller, serial: str, until: int = MAX_SEQUENCE) -> None:
    """Refuse a device that was replaced by this entry, where the caller may know that."""
    done = await services.queries.replacement(caller.viewer, serial)
    if done is not None and done.sequence <= until and not _is_back(done, until):
        raise Refused("device_replaced", extras={"replacement": done.replacement, "entries": [done.sequence]})


def _is_back(done: ReplacementView, until: int) -> bool:
    """Whether the device had come back to stock by this entry."""
    return done.recommissioned_sequence is not None and done.recommissioned_sequence <= until
