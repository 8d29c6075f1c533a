"""Blocks: what staff stopped and let go on, each time with reason and reference."""

from typing import ClassVar

from contracts.fields import Reason, Reference
from contracts.identifiers import CompanyId, ProjectId, Serial, Sha256
from contracts.licenses import DeviceLicenses
from contracts.models import WireModel


class ActivationKeyBlocked(WireModel):
    """Staff stopped a key: until it is unblocked nobody can redeem it."""

    type: ClassVar[str] = "licensing.ledger.activation-key-blocked.v1"
    key_digest: Sha256
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


class ActivationKeyUnblocked(WireModel):
    """Staff let a blocked key be redeemed again."""

    type: ClassVar[str] = "licensing.ledger.activation-key-unblocked.v1"
    key_digest: Sha256
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


class DeviceBlocked(WireModel):
    """Staff stopped a device: nothing is allocated to it, and no license file is delivered to it.

    `device` is the next issue with unchanged licenses, so that every file made before is superseded and the next
    delivery has to be asked for.
    """

    type: ClassVar[str] = "licensing.ledger.device-blocked.v1"
    company: CompanyId
    reason: Reason
    reference: Reference
    device: DeviceLicenses

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


class DeviceUnblocked(WireModel):
    """Staff let a blocked device go on: its newest license file may be delivered."""

    type: ClassVar[str] = "licensing.ledger.device-unblocked.v1"
    company: CompanyId
    project: ProjectId
    serial: Serial
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"devices/{self.serial}"


class CompanyBlocked(WireModel):
    """Staff stopped a company: it can do nothing but look."""

    type: ClassVar[str] = "licensing.ledger.company-blocked.v1"
    company: CompanyId
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class CompanyUnblocked(WireModel):
    """Staff let a blocked company go on."""

    type: ClassVar[str] = "licensing.ledger.company-unblocked.v1"
    company: CompanyId
    reason: Reason
    reference: Reference

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


BlockEvent = (
    ActivationKeyBlocked | ActivationKeyUnblocked | DeviceBlocked | DeviceUnblocked | CompanyBlocked | CompanyUnblocked
)
