"""Corrections: never an edit, always a further entry, and never by one person alone."""

from typing import ClassVar

from contracts.commands.fields import Reason, Reference
from contracts.corrections import CorrectionId, Source, Target
from contracts.identifiers import AccountId, CompanyId
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


CorrectionEvent = CorrectionProposed | CorrectionApplied | CorrectionRejected
