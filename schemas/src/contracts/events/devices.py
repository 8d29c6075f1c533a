"""Devices and what stands on them."""

from typing import ClassVar

from contracts.fields import DeliveryPath, Reason, Reference
from contracts.identifiers import CompanyId, Generation, Issue, ProjectId, Serial, Sha256
from contracts.licenses import DeviceLicenses, Lots
from contracts.models import WireModel


class DeviceAdded(WireModel):
    """A device came into a project."""

    type: ClassVar[str] = "licensing.ledger.device-added.v1"
    company: CompanyId
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class LicensesAllocated(WireModel):
    """Licenses went from the project's balance to a device; `device` is what it has now."""

    type: ClassVar[str] = "licensing.ledger.licenses-allocated.v1"
    company: CompanyId
    lots: Lots
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class LicenseFileDelivered(WireModel):
    """A license file was about to leave for the first time: from here on only a return frees its PBX licenses."""

    type: ClassVar[str] = "licensing.ledger.license-file-delivered.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    path: DeliveryPath

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class LicenseFileDownloaded(WireModel):
    """The vendor's staff was about to take a device's license file; who it was is the entry's actor, why stands here.

    Each time is an entry. The first one of a file binds its PBX licenses as a delivery does.
    """

    type: ClassVar[str] = "licensing.ledger.license-file-downloaded.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


DeviceEvent = DeviceAdded | LicensesAllocated | LicenseFileDelivered | LicenseFileDownloaded
