"""What people call devices, for pages that have no more of a device than its serial."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from licensing_client import Problem
from licensing_client.api import EntryView, LabelView
from portal.adapters.apis import Asking, ask, unless_away

MOST_AT_ONCE = 200
"""As many as the API takes in one question."""


async def labels_of(api: Asking, serials: Iterable[str | None]) -> Mapping[str, LabelView]:
    """The labels that the visitor sees, by serial: a page stands without them."""
    wanted = sorted({one for one in serials if one})
    parts = [wanted[begin : begin + MOST_AT_ONCE] for begin in range(0, len(wanted), MOST_AT_ONCE)]
    try:
        pages = await asyncio.gather(
            *(unless_away(ask(api.ledger.list_device_labels, serial=part, at_least=api.at_least)) for part in parts)
        )
    except Problem:
        return {}
    return {one["serial"]: one for page in pages if page for one in page["items"]}


def devices_in(entries: Sequence[EntryView] | None) -> list[str]:
    """Devices that a list of entries names: an entry about several names none."""
    return [one["serials"][0] for one in entries or () if len(one["serials"]) == 1]
