"""What requests of staff, and about old licenses, say and are answered."""

from typing import Annotated

from pydantic import Field

from contracts.activation_key import MAX_TYPED_CHARACTERS
from contracts.commands import Reason, Reference
from contracts.corrections import Source, Target
from contracts.identifiers import CompanyId, Sha256
from contracts.legacy import LegacyName
from contracts.licenses import MAX_LOTS, Count
from ledger.entrypoints.api.bodies import Body, Done, SerialText, WantedList

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


class ProposeCorrectionBody(StaffBody):
    source: Source
    target: Target
    licenses: WantedList


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
