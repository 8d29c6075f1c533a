"""Warranty."""

from typing import ClassVar

from contracts.dates import Day, Months
from contracts.identifiers import CompanyId, ProjectId, Serial
from contracts.licenses import Lots
from contracts.models import WireModel


class WarrantyExtended(WireModel):
    """An extension of a project's balance was used up for a device, and its warranty reaches further.

    `months` are all months since the day of delivery, base and extensions; `ends_on` is the last day that they reach.
    """

    type: ClassVar[str] = "licensing.ledger.warranty-extended.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    lots: Lots
    delivered_on: Day
    months: Months
    ends_on: Day

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


WarrantyEvent = WarrantyExtended
