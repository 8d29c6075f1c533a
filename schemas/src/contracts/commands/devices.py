"""Devices and what stands on them."""

from typing import Literal

from pydantic import Field

from contracts.fields import DeliveryPath
from contracts.identifiers import Generation, Issue, ProjectId, Serial, Sha256
from contracts.licenses import SeveralLicenses
from contracts.models import WireModel
from contracts.texts import Reason, Reference


class AddDevice(WireModel):
    """Bring a device into a project."""

    name: Literal["add-device"] = "add-device"
    serial: Serial
    project: ProjectId


class AllocateLicenses(WireModel):
    """Bind licenses of a project's balance to one of its devices, all or none."""

    name: Literal["allocate-licenses"] = "allocate-licenses"
    project: ProjectId
    serial: Serial
    licenses: SeveralLicenses
    confirm_final: bool = Field(
        default=False, description="Needed when a type can't be returned later (gateway, warranty)."
    )


class RecordLicenseFileDelivery(WireModel):
    """Say that a license file is about to leave; its bytes leave only after this is an event."""

    name: Literal["record-license-file-delivery"] = "record-license-file-delivery"
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    path: DeliveryPath


class DownloadLicenseFile(WireModel):
    """Say that the vendor's staff takes a license file, and why; its bytes leave only after this is an event."""

    name: Literal["download-license-file"] = "download-license-file"
    serial: Serial
    generation: Generation
    issue: Issue
    file_sha256: Sha256
    reason: Reason
    reference: Reference


DeviceCommand = AddDevice | AllocateLicenses | RecordLicenseFileDelivery | DownloadLicenseFile
