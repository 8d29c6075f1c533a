"""Bodies and responses of legacy."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.codes.activation_key import MAX_TYPED_CHARACTERS
from contracts.identifiers import Sha256
from contracts.legacy import LegacyName
from contracts.licenses import MAX_LOTS, Count
from contracts.texts import Reference
from ledger.application.queries.legacy import LegacyLicensesView
from ledger.entrypoints.api.models.base import Body, CommandResponse, SerialText
from ledger.entrypoints.api.models.licenses import MovedLicensesView


class LegacyLicensesBody(Body):
    license_name: LegacyName
    count: Count


class ImportLegacyLicensesBody(Body):
    serial: SerialText | None = Field(default=None, description="The device that they stand on, if they do.")
    legacy_key: str | None = Field(
        default=None,
        min_length=4,
        max_length=MAX_TYPED_CHARACTERS,
        pattern=r"^[A-Za-z0-9 -]+$",
        description="The key of the old manager, if they came with one; only its digest is kept.",
    )
    licenses: Annotated[list[LegacyLicensesBody], Field(min_length=1, max_length=MAX_LOTS)]
    reference: Reference


class LegacyLicensesImportedResponse(CommandResponse):
    project: str


class GiveLegacyConsentBody(Body):
    no_downgrade_below_version_8: bool = Field(
        description="True: the device never goes below version 8 again, and gets a new bootcode.", examples=[True]
    )


class LegacyConsentGivenResponse(CommandResponse):
    serial: str


class ConvertLegacyLicensesBody(Body):
    preview_digest: Sha256 = Field(description="`preview_digest` of the preview that was agreed to.")


class LegacyLicensesConvertedResponse(CommandResponse):
    project: str
    licenses: list[MovedLicensesView] | None = Field(
        description="What came, free or held; null if it could not be read in time."
    )
    held: list[MovedLicensesView] | None = Field(description="What of it waits until software service is paid for it.")
    credits: int | None = Field(description="What software service took for it.")


class NewLicensesView(BaseModel):
    license_type: str = Field(examples=["Port8"])
    count: int


class ConversionPreview(BaseModel):
    """What the project's free old licenses become; `preview_digest` confirms exactly this."""

    project: str
    old: list[LegacyLicensesView]
    new: list[NewLicensesView]
    preview_digest: str
