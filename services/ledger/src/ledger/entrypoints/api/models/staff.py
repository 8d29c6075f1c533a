"""What requests of staff, and about old licenses, say and are answered."""

from typing import Annotated

from pydantic import Field

from contracts.catalog import ModelName
from contracts.codes.activation_key import MAX_TYPED_CHARACTERS
from contracts.commands.replacements import RmaId
from contracts.corrections import Source, Target
from contracts.identifiers import CompanyId, ProjectId, Sha256
from contracts.legacy import MAX_LISTED_KEYS, MAX_NAMES_OF_KEY, LegacyName
from contracts.licenses import MAX_LOTS, Count
from contracts.texts import Reason, Reference
from ledger.entrypoints.api.models.bodies import Body, Done, SerialText, WantedList
from ledger.entrypoints.api.models.dated import DayText

KeyText = Annotated[str, Field(max_length=MAX_TYPED_CHARACTERS, examples=["7K3M-9Q2X-0ABC-DEF1"])]


class BlockBody(Body):
    """Exactly one of activation_key, serial and company."""

    activation_key: KeyText | None = None
    serial: SerialText | None = None
    company: CompanyId | None = None
    reason: Reason
    reference: Reference


class Blocked(Done):
    subject: str = Field(examples=["devices/009033010203"])


class StaffBody(Body):
    reason: Reason
    reference: Reference


class ReplaceDeviceBody(Body):
    replacement: SerialText
    rma: RmaId
    reason: Reason
    other_model: bool = Field(default=False, description="The replacement may be of another family; say why.")
    project: ProjectId | None = Field(default=None, description="Where the broken device must be; elsewhere it's a no.")


class DeviceReplaced(Done):
    serial: str
    replacement: str
    rma: str


class ProposeCorrectionBody(StaffBody):
    source: Source
    target: Target
    licenses: WantedList


class ProposeDeliveryCorrectionBody(StaffBody):
    model: ModelName
    delivered_on: DayText


class RejectCorrectionBody(Body):
    reason: Reason


class CorrectionDone(Done):
    correction: str


class LimitReleased(Done):
    serial: str


class OldLicenses(Body):
    license_name: LegacyName
    count: Count


class ImportLegacyBody(Body):
    serial: SerialText | None = Field(default=None, description="The device that they stand on, if they do.")
    legacy_key: str | None = Field(
        default=None,
        min_length=4,
        max_length=MAX_TYPED_CHARACTERS,
        pattern=r"^[A-Za-z0-9 -]+$",
        description="The key of the old manager, if they came with one; only its digest is kept.",
    )
    licenses: Annotated[list[OldLicenses], Field(min_length=1, max_length=MAX_LOTS)]
    reference: Reference


LegacyKeyText = Annotated[
    str,
    Field(
        min_length=8,
        max_length=MAX_TYPED_CHARACTERS,
        pattern=r"^[A-Za-z0-9 -]+$",
        description="A key of the old manager; only its digest is kept.",
    ),
]


class ListedKeyBody(Body):
    legacy_key: LegacyKeyText
    licenses: Annotated[list[OldLicenses], Field(min_length=1, max_length=MAX_NAMES_OF_KEY)]
    company: CompanyId | None = Field(default=None, description="Who redeemed it in the old manager, if anybody did.")


class RegisterLegacyKeysBody(Body):
    keys: Annotated[list[ListedKeyBody], Field(min_length=1, max_length=MAX_LISTED_KEYS)]
    reference: Reference


class LegacyKeysRegistered(Done):
    keys: int = Field(description="How many were registered.")


class ImportLegacyKeyBody(Body):
    legacy_key: LegacyKeyText


class LegacyImported(Done):
    project: str


class LegacyConsentBody(Body):
    no_downgrade_below_version_8: bool = Field(
        description="True: the device never goes below version 8 again, and gets a new bootcode."
    )


class LegacyConsentGiven(Done):
    serial: str


class ConvertLegacyBody(Body):
    preview_digest: Sha256 = Field(description="`digest` of the preview that was agreed to.")


class LegacyConverted(Done):
    project: str
