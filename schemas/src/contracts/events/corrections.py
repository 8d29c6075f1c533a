"""Corrections: never an edit, always a further entry, and never by one person alone."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.catalog import MAX_WARRANTY_MONTHS, ModelName
from contracts.corrections import MAX_LINES, MIN_LINES, CorrectionId, Source, Target
from contracts.dates import Day, Months
from contracts.fields import Reason, Reference
from contracts.identifiers import AccountId, CompanyId, Serial
from contracts.licenses import DeviceLicenses, Lots
from contracts.models import WireModel


class CorrectionProposed(WireModel):
    """One of the staff asked for a correction, with reason and reference. Nothing has moved yet."""

    type: ClassVar[str] = "licensing.ledger.correction-proposed.v1"
    correction: CorrectionId
    company: CompanyId
    source: Source
    target: Target
    lots: Lots
    reason: Reason
    reference: Reference
    proposed_by: AccountId

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class CorrectionApplied(WireModel):
    """Another one of the staff approved, and the licenses moved from `source` to `target`.

    `device` is what the device has now, where the source or the target is one.
    """

    type: ClassVar[str] = "licensing.ledger.correction-applied.v1"
    correction: CorrectionId
    company: CompanyId
    source: Source
    target: Target
    lots: Lots
    proposed_by: AccountId
    approved_by: AccountId
    device: DeviceLicenses | None = None

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class ProposedLine(WireModel):
    """One of several linked corrections: licenses are to go from `source` to `target`."""

    source: Source
    target: Target
    lots: Lots


class LinkedCorrectionsProposed(WireModel):
    """One of the staff asked for several corrections that are decided as one. Nothing has moved yet.

    `company` is the one whose licenses all lines move, or the vendor where they are of several companies: what is
    asked for concerns none of these yet, and none of them reads of the others.
    """

    type: ClassVar[str] = "licensing.ledger.linked-corrections-proposed.v1"
    correction: CorrectionId
    company: CompanyId
    lines: Annotated[tuple[ProposedLine, ...], Field(min_length=MIN_LINES, max_length=MAX_LINES)]
    reason: Reason
    reference: Reference
    proposed_by: AccountId

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class AppliedLine(WireModel):
    """One of several linked corrections: licenses of `company` went from `source` to `target`."""

    company: CompanyId
    source: Source
    target: Target
    lots: Lots


class LinkedCorrectionsApplied(WireModel):
    """Another one of the staff approved, and the licenses of every line moved from its `source` to its `target`.

    `company` is that of the proposal. `device` is what the device has now, where a line names one: then all lines are
    of that device and its project, since the device's license file carries the entry.
    """

    type: ClassVar[str] = "licensing.ledger.linked-corrections-applied.v1"
    correction: CorrectionId
    company: CompanyId
    lines: Annotated[tuple[AppliedLine, ...], Field(min_length=MIN_LINES, max_length=MAX_LINES)]
    proposed_by: AccountId
    approved_by: AccountId
    device: DeviceLicenses | None = None

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class CorrectionRejected(WireModel):
    """A proposal was closed; nothing has moved."""

    type: ClassVar[str] = "licensing.ledger.correction-rejected.v1"
    correction: CorrectionId
    company: CompanyId
    reason: Reason
    rejected_by: AccountId

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class DeliveryCorrectionProposed(WireModel):
    """One of the staff asked to correct what is registered of a delivered device. Nothing has changed yet.

    `company` is the vendor, whose deliveries these are.
    """

    type: ClassVar[str] = "licensing.ledger.delivery-correction-proposed.v1"
    correction: CorrectionId
    company: CompanyId
    serial: Serial
    model: ModelName
    delivered_on: Day
    reason: Reason
    reference: Reference
    proposed_by: AccountId

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


class DeliveryCorrected(WireModel):
    """Another one of the staff approved: the device is of this model, and its warranty runs from this day.

    `base_months` are those that the device came with, `months` with the extensions that were used up for it, and
    `ends_on` is the last day that they reach. `company` is the vendor. No device changes, so no license file is made.
    """

    type: ClassVar[str] = "licensing.ledger.delivery-corrected.v1"
    correction: CorrectionId
    company: CompanyId
    serial: Serial
    model: ModelName
    delivered_on: Day
    base_months: Annotated[int, Field(ge=1, le=MAX_WARRANTY_MONTHS)]
    months: Months
    ends_on: Day
    proposed_by: AccountId
    approved_by: AccountId

    @property
    def subject(self) -> str:
        return f"corrections/{self.correction}"


CorrectionEvent = (
    CorrectionProposed
    | CorrectionApplied
    | LinkedCorrectionsProposed
    | LinkedCorrectionsApplied
    | CorrectionRejected
    | DeliveryCorrectionProposed
    | DeliveryCorrected
)
