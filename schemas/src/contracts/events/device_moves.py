"""Devices that went from one project to another, and from one company to another."""

from typing import ClassVar

from contracts.fields import Reason, Reference
from contracts.identifiers import CompanyId, ProjectId, Serial
from contracts.licenses import DeviceLicenses
from contracts.models import WireModel
from contracts.software_service import Coverage


class DeviceMoved(WireModel):
    """A device went to another project with all that is on it; across companies by their consent, or by staff.

    `company` owns the project that it is in now; `reason` and `reference` stand there when staff moved it.
    Where that project's software service runs, `coverage` says what the device's PBX licenses cost to its end; they are
    paid, never held.
    """

    type: ClassVar[str] = "licensing.ledger.device-moved.v1"
    former_company: CompanyId
    former_project: ProjectId
    company: CompanyId
    device: DeviceLicenses
    reason: Reason | None = None
    reference: Reference | None = None
    coverage: Coverage | None = None

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class DeviceReleased(WireModel):
    """A device left its project and is in none; what can't be returned stays on it."""

    type: ClassVar[str] = "licensing.ledger.device-released.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class DeviceOffered(WireModel):
    """A company offered a device to another one, which may accept it."""

    type: ClassVar[str] = "licensing.ledger.device-offered.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    offered_to: CompanyId

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class DeviceOfferWithdrawn(WireModel):
    """An offer of a device ended without a move: withdrawn by its owner, or declined."""

    type: ClassVar[str] = "licensing.ledger.device-offer-withdrawn.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    offered_to: CompanyId

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


DeviceMoveEvent = DeviceMoved | DeviceReleased | DeviceOffered | DeviceOfferWithdrawn
