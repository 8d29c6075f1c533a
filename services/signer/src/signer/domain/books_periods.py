"""The signer's laws of everything that has an end: each end follows from its anchor and its months."""

from dataclasses import dataclass
from datetime import date

from contracts.catalog import MAX_WARRANTY_MONTHS
from contracts.dates import last_day
from contracts.events import DevicesRegistered, WarrantyExtended
from signer.domain.books_catalog import Catalog
from signer.domain.laws import LawBrokenError


@dataclass(frozen=True, slots=True)
class Warranty:
    """Since when, and for how many months in all."""

    delivered_on: date
    months: int


class Periods:
    """The periods of one ledger. After a LawBrokenError they are of no further use."""

    __slots__ = ("_warranties",)

    def __init__(self) -> None:
        self._warranties: dict[str, Warranty] = {}

    def deliver(self, event: DevicesRegistered) -> None:
        """Devices were delivered: each once."""
        for one in event.devices:
            if one.serial in self._warranties:
                raise LawBrokenError("device_delivered_once", f"device {one.serial} was delivered before")
            self._warranties[one.serial] = Warranty(one.delivered_on, one.warranty_months)

    def extend_warranty(self, event: WarrantyExtended, catalog: Catalog) -> None:
        """One extension was used up, and the warranty got its months and no more."""
        before = self._warranties.get(event.serial)
        lot = event.lots[0] if len(event.lots) == 1 else None
        months = catalog[lot.license_type].months if lot and lot.count == 1 else None
        if before is None or months is None:
            raise LawBrokenError("warranty_wrong", f"nothing extends the warranty of device {event.serial}")
        after = Warranty(event.delivered_on, event.months)
        if after != Warranty(before.delivered_on, before.months + months) or after.months > MAX_WARRANTY_MONTHS:
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} has other months")
        if event.ends_on != last_day(after.delivered_on, after.months):
            raise LawBrokenError("warranty_wrong", f"the warranty of device {event.serial} ends on another day")
        self._warranties[event.serial] = after
