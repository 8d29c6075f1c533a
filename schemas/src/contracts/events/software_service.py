"""Software service."""

from typing import ClassVar

from contracts.catalog import Version
from contracts.dates import Day
from contracts.identifiers import CompanyId, ProjectId
from contracts.licenses import DeviceLicenses, Lots
from contracts.models import WireModel
from contracts.software_service import BoughtMonths, ChargedMonths, ServicePeriod, Units


class SoftwareServiceBought(WireModel):
    """A project's software service began or reaches further, for all its licenses.

    `units` were charged for `charged_months` each, `lots` are the credits that this used up, `released` are licenses
    that had been held and are paid with it.
    """

    type: ClassVar[str] = "licensing.ledger.software-service-bought.v1"
    company: CompanyId
    project: ProjectId
    on: Day
    months: BoughtMonths
    charged_months: ChargedMonths
    units: Units
    lots: Lots
    released: Lots
    period: ServicePeriod
    ends_on: Day

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class HeldLicensesReleased(WireModel):
    """Held licenses were paid to the end of the project's service, or it has ended: they are free now."""

    type: ClassVar[str] = "licensing.ledger.held-licenses-released.v1"
    company: CompanyId
    project: ProjectId
    on: Day
    charged_months: int
    units: Units
    lots: Lots
    released: Lots

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class LicensesUpgraded(WireModel):
    """PBX licenses became ones of a newer major version, on a device or in a balance: as many as there were."""

    type: ClassVar[str] = "licensing.ledger.licenses-upgraded.v1"
    company: CompanyId
    project: ProjectId
    on: Day
    version: Version
    given_up: Lots
    lots: Lots
    device: DeviceLicenses | None = None

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}" if self.device else f"projects/{self.project}"


SoftwareServiceEvent = SoftwareServiceBought | HeldLicensesReleased | LicensesUpgraded
