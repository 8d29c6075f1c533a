"""Who belongs to a company, and what whom is allowed in a project."""

from typing import Literal

from pydantic import Field

from contracts.fields import SomeRights
from contracts.identifiers import AccountId, CompanyId, ProjectId
from contracts.models import WireModel


class AddMember(WireModel):
    """Let an account act for a company, or give a member the other role. A plain member has no right as such."""

    name: Literal["add-member"] = "add-member"
    company: CompanyId
    account: AccountId
    administrator: bool = Field(default=False, description="An administrator has every right in all projects.")


class RemoveMember(WireModel):
    """Let an account act for a company no longer; all rights that it had in the company's name end with it."""

    name: Literal["remove-member"] = "remove-member"
    company: CompanyId
    account: AccountId


class GrantRights(WireModel):
    """Give an account, acting for its own company, rights in one project; the company may be another than the owner."""

    name: Literal["grant-rights"] = "grant-rights"
    project: ProjectId
    account: AccountId
    acting_for: CompanyId
    rights: SomeRights


class RevokeRights(WireModel):
    """Take rights in a project away; without `view` there are no others, so revoking it takes them all."""

    name: Literal["revoke-rights"] = "revoke-rights"
    project: ProjectId
    account: AccountId
    acting_for: CompanyId
    rights: SomeRights


MemberCommand = AddMember | RemoveMember | GrantRights | RevokeRights
