"""Devices that go from one project to another, and from one company to another."""

from typing import Literal

from contracts.identifiers import CompanyId, ProjectId, Serial
from contracts.models import WireModel
from contracts.texts import Reason, Reference


class MoveDevice(WireModel):
    """Move a device, with all that is on it, to another project of the same company."""

    name: Literal["move-device"] = "move-device"
    serial: Serial
    project: ProjectId


class ReleaseDevice(WireModel):
    """Let go of a device that has no PBX licenses: it is in no project, and anybody may add it to one."""

    name: Literal["release-device"] = "release-device"
    serial: Serial


class OfferDevice(WireModel):
    """Offer a device to another company; it moves when that company accepts it."""

    name: Literal["offer-device"] = "offer-device"
    serial: Serial
    company: CompanyId


class WithdrawDeviceOffer(WireModel):
    """End an offer that was not accepted: the owner takes it back, or the other company declines it."""

    name: Literal["withdraw-device-offer"] = "withdraw-device-offer"
    serial: Serial


class AcceptDevice(WireModel):
    """Take a device that was offered to the company into one of its projects."""

    name: Literal["accept-device"] = "accept-device"
    serial: Serial
    project: ProjectId


class TransferDevice(WireModel):
    """The vendor's staff moves a device, with all that is on it, to a project of any company."""

    name: Literal["transfer-device"] = "transfer-device"
    serial: Serial
    project: ProjectId
    reason: Reason
    reference: Reference


DeviceMoveCommand = MoveDevice | ReleaseDevice | OfferDevice | WithdrawDeviceOffer | AcceptDevice | TransferDevice
