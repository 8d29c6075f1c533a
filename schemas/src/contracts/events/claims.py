"""Claim codes: how a device that was in no project got into one on its first contact."""

from typing import ClassVar

from contracts.fields import KeyHint
from contracts.identifiers import CompanyId, ProjectId, Sha256
from contracts.licenses import DeviceLicenses
from contracts.models import WireModel
from contracts.moments import Moment


class ClaimCodeCreated(WireModel):
    """A claim code went into the world: until `expires` one device may put itself into the project with it."""

    type: ClassVar[str] = "licensing.ledger.claim-code-created.v1"
    company: CompanyId
    project: ProjectId
    code_digest: Sha256
    code_hint: KeyHint
    expires: Moment

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class ClaimCodeWithdrawn(WireModel):
    """A claim code that was not used became useless."""

    type: ClassVar[str] = "licensing.ledger.claim-code-withdrawn.v1"
    company: CompanyId
    project: ProjectId
    code_digest: Sha256

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class DeviceClaimed(WireModel):
    """A device came into the project of a claim code, which is used up.

    It was in no project, or, where a former one is named, somebody had added its serial there and no more: nothing was
    on it and it had never been in contact. Its certificate with the code proves more than a typed serial.
    """

    type: ClassVar[str] = "licensing.ledger.device-claimed.v1"
    company: CompanyId
    code_digest: Sha256
    device: DeviceLicenses
    former_company: CompanyId | None = None
    former_project: ProjectId | None = None

    @property
    def subject(self) -> str:
        return f"devices/{self.device.serial}"


ClaimEvent = ClaimCodeCreated | ClaimCodeWithdrawn | DeviceClaimed
