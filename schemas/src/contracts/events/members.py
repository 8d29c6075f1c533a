"""Who belongs to a company, and what whom is allowed in a project."""

from typing import ClassVar

from contracts.fields import Rights, SomeRights
from contracts.identifiers import AccountId, CompanyId, ProjectId
from contracts.models import WireModel


class MemberAdded(WireModel):
    """An account may act for a company from here on, as an administrator or as a plain member."""

    type: ClassVar[str] = "licensing.ledger.member-added.v1"
    company: CompanyId
    account: AccountId
    administrator: bool

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class MemberRemoved(WireModel):
    """An account acts for a company no longer; every right that it had in the company's name has ended."""

    type: ClassVar[str] = "licensing.ledger.member-removed.v1"
    company: CompanyId
    account: AccountId

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class RightsGranted(WireModel):
    """An account got rights in a project of `company`; `rights` is all that it has there now."""

    type: ClassVar[str] = "licensing.ledger.rights-granted.v1"
    company: CompanyId
    project: ProjectId
    account: AccountId
    acting_for: CompanyId
    granted: SomeRights
    rights: SomeRights

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


class RightsRevoked(WireModel):
    """An account lost rights in a project of `company`; `rights` is all that it has there now, maybe nothing."""

    type: ClassVar[str] = "licensing.ledger.rights-revoked.v1"
    company: CompanyId
    project: ProjectId
    account: AccountId
    acting_for: CompanyId
    revoked: SomeRights
    rights: Rights

    @property
    def subject(self) -> str:
        return f"projects/{self.project}"


MemberEvent = MemberAdded | MemberRemoved | RightsGranted | RightsRevoked
