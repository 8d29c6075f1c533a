"""What a view of devices says beside them, where that is asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ledger.adapters.postgres.queries.device_moves import offers_of
from ledger.adapters.postgres.queries.past_visibility import past_of
from ledger.adapters.postgres.queries.visibility import Scope
from ledger.application.queries.device_moves import OfferView
from ledger.application.queries.devices import DeviceGuaranteeView, DeviceTestView, DeviceView, Expand

_ENDS = "SELECT serial, kind, ends_on, sequence FROM expirations WHERE ledger = $1 AND name = ANY ($2)"
_ENDS_OF_TESTS = f"{_ENDS} AND kind = 'test_licenses'"


async def expanded(
    connection: Any, ledger: int, scope: Scope, rows: Sequence[Any], views: Sequence[DeviceView], expand: Expand
) -> list[DeviceView]:
    """The views with what is asked for; `rows` say whose device each is.

    Of guarantees nothing is read for whom they are not shown to: no member, no byte and no time tells one (rule F4).
    """
    more: dict[str, Mapping[str, Any]] = {}
    serials = [view.serial for view in views]
    guarantee = "guarantee" in expand.members and scope.guarantee
    if guarantee or "test" in expand.members:
        ends = await connection.fetch(_ENDS if guarantee else _ENDS_OF_TESTS, ledger, serials)
        if "test" in expand.members:
            more["test"] = {end["serial"]: _test(end, expand.today) for end in ends if end["kind"] == "test_licenses"}
        if guarantee:
            models = {row["serial"]: row["model"] for row in rows if row["model"] is not None}
            more["guarantee"] = {
                end["serial"]: _guarantee(end, models[end["serial"]], expand.today)
                for end in ends
                if end["kind"] == "warranty" and end["serial"] in models
            }
    if "offer" in expand.members:
        past = await past_of(connection, ledger, scope)
        offers = {offer.serial: offer for offer in await offers_of(connection, ledger, past, serials)}
        more["offer"] = {row["serial"]: offers.get(row["serial"]) for row in rows if _handles(scope, row, offers)}
    return [
        view.model_copy(update={member: found.get(view.serial) for member, found in more.items()}) for view in views
    ]


def _test(end: Any, today: date) -> DeviceTestView:
    return DeviceTestView(ends_on=end["ends_on"], days_left=_days_left(end, today), sequence=end["sequence"])


def _guarantee(end: Any, model: str, today: date) -> DeviceGuaranteeView:
    return DeviceGuaranteeView(
        model=model, ends_on=end["ends_on"], days_left=_days_left(end, today), sequence=end["sequence"]
    )


def _days_left(end: Any, today: date) -> int:
    ends_on: date = end["ends_on"]
    return max(0, (ends_on - today).days + 1)


def _handles(scope: Scope, row: Any, offers: Mapping[str, OfferView]) -> bool:
    """Whether the offer of a device is in the viewer's list of offers."""
    offered = offers.get(row["serial"])
    to_it = offered is not None and offered.offered_to == scope.company
    return to_it or scope.may(row["company"], row["project"], "licenses")
