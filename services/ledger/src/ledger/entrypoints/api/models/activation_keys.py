"""Bodies and responses of activation keys."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from contracts.codes.activation_key import MAX_TYPED_CHARACTERS
from contracts.identifiers import ProjectId
from contracts.licenses import LicenseClass
from contracts.texts import Reference
from ledger.application.queries.activation_keys import RedeemedLicensesView, RedeemedView
from ledger.entrypoints.api.models.base import Body, CommandResponse
from ledger.entrypoints.api.models.licenses import WantedList


class IssueActivationKeyBody(Body):
    licenses: WantedList
    order_number: Reference
    customer_reference: Reference | None = None


class RedeemActivationKeyBody(Body):
    activation_key: str = Field(max_length=MAX_TYPED_CHARACTERS, examples=["QHYN-ABJY-0K3J-F0RH"])
    project: ProjectId


class PreviewActivationKeyBody(Body):
    activation_key: str = Field(max_length=MAX_TYPED_CHARACTERS, examples=["QHYN-ABJY-0K3J-F0RH"])
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
    key_hint: str = Field(description="Four symbols that name the key in lists.")
    state: Literal["redeemable", "redeemed"]
    licenses: list[PreviewedLicenses]
    credits: int | None = Field(
        description="What the project would pay for them at once, to the end of its software service."
    )
    redeemed: RedeemedView | None = Field(description="Where it went, if it was redeemed.")


class ActivationKeyIssuedResponse(CommandResponse):
    activation_key: str = Field(examples=["QHYN-ABJY-0K3J-F0RH"])
    key_hint: str = Field(description="Four symbols that name the key in lists.")


class ActivationKeyRedeemedResponse(CommandResponse):
    project: str
    key_digest: str = Field(description="What the ledger knows the key by.")
    licenses: list[RedeemedLicensesView] | None = Field(
        description="What came into the project; null while that cannot be read yet: ask again for it."
    )


KeyText = Annotated[str, Field(max_length=MAX_TYPED_CHARACTERS, examples=["QHYN-ABJY-0K3J-F0RH"])]
