"""What requests say and what commands answer."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes.activation_key import MAX_TYPED_CHARACTERS
from contracts.fields import CompanyKind
from contracts.identifiers import AccountId, CompanyId, LicenseType, ProjectId
from contracts.licenses import MAX_LOTS, Count, LicenseClass
from contracts.texts import ProjectName, Reference
from ledger.application.queries.activation_keys import RedeemedLicensesView, RedeemedView

SerialText = Annotated[
    str,
    Field(max_length=24, description="A hardware id; case and separators do not matter.", examples=["009033010203"]),
]


class Body(BaseModel):
    """The body of a request: no field is coerced, none is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class WantedLicenses(Body):
    license_type: LicenseType
    count: Count


WantedList = Annotated[list[WantedLicenses], Field(min_length=1, max_length=MAX_LOTS)]


class RegisterCompanyBody(Body):
    kind: CompanyKind
    administrator: AccountId
    company: CompanyId | None = Field(default=None, description="Its id, where the caller has one for it already.")


class CreateProjectBody(Body):
    name: ProjectName


class AddDeviceBody(Body):
    serial: SerialText


class AllocateLicensesBody(Body):
    serial: SerialText
    licenses: WantedList
    confirm_final: bool = Field(default=False, description="Needed for types that can't be returned later.")


class IssueActivationKeyBody(Body):
    licenses: WantedList
    order_number: Reference
    customer_reference: Reference | None = None


class RedeemActivationKeyBody(Body):
    activation_key: str = Field(max_length=MAX_TYPED_CHARACTERS, examples=["7K3M-9Q2X-0ABC-DEF1"])
    project: ProjectId


class PreviewActivationKeyBody(Body):
    activation_key: str = Field(max_length=MAX_TYPED_CHARACTERS, examples=["7K3M-9Q2X-0ABC-DEF1"])
    project: ProjectId | None = Field(default=None, description="Where it would go to.")


class PreviewedLicenses(BaseModel):
    license_type: str
    license_class: LicenseClass
    count: int
    held: int | None = Field(
        description="How many would wait in the project until software service is paid; null where none is named."
    )


class ActivationKeyPreview(BaseModel):
    """What a key stands for. Nothing is reserved: somebody else may redeem it first."""

    key_digest: str = Field(description="What the ledger knows it by.")
    key_hint: str = Field(description="The last four symbols.")
    state: Literal["redeemable", "redeemed"]
    licenses: list[PreviewedLicenses]
    credits: int | None = Field(
        description="What the project would pay for them at once, to the end of its software service."
    )
    redeemed: RedeemedView | None = Field(description="Where it went, if it was redeemed.")


class Done(BaseModel):
    """A command became an entry of the ledger."""

    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")


class CompanyRegistered(Done):
    company: str


class ProjectCreated(Done):
    project: str
    name: str


class DeviceAdded(Done):
    serial: str
    project: str


class LicensesAllocated(Done):
    serial: str
    project: str


class ActivationKeyIssued(Done):
    activation_key: str = Field(examples=["7K3M-9Q2X-0ABC-DEF1"])


class ActivationKeyRedeemed(Done):
    project: str
    key_digest: str = Field(description="What the ledger knows the key by.")
    licenses: list[RedeemedLicensesView] | None = Field(
        description="What came into the project; null while that cannot be read yet: ask again for it."
    )


class ProblemBody(BaseModel):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:licensing:problem:insufficient_balance"])
    title: str
    status: int
    code: str = Field(examples=["insufficient_balance"])
    detail: str = ""
    rule: str = Field(default="", description="The rule behind it, as the table of refusals names it.", examples=["R5"])
    entries: list[int] | None = Field(
        default=None, description="The entries of the ledger that it rests on, where one can name them."
    )
