"""Corrections of licenses and of registered deliveries: one of the staff proposes, another one decides."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.catalog import ModelName
from contracts.corrections import MAX_LINES, MIN_LINES, CorrectionId, Source, Target
from contracts.dates import Day
from contracts.identifiers import Serial
from contracts.licenses import SeveralLicenses
from contracts.models import WireModel
from contracts.texts import Reason, Reference


class ProposeCorrection(WireModel):
    """Ask for a correction: licenses are made, moved between a project and a device, or ended."""

    name: Literal["propose-correction"] = "propose-correction"
    correction: CorrectionId
    source: Source
    target: Target
    licenses: SeveralLicenses
    reason: Reason
    reference: Reference


class WantedLine(WireModel):
    """One of several linked corrections: licenses of one account to another."""

    source: Source
    target: Target
    licenses: SeveralLicenses


class ProposeLinkedCorrections(WireModel):
    """Ask for several corrections that are decided as one: all lines move in one entry, or none does."""

    name: Literal["propose-linked-corrections"] = "propose-linked-corrections"
    correction: CorrectionId
    lines: Annotated[tuple[WantedLine, ...], Field(min_length=MIN_LINES, max_length=MAX_LINES)]
    reason: Reason
    reference: Reference


class ProposeDeliveryCorrection(WireModel):
    """Ask for a correction of a delivered device: what it is, and when it was delivered."""

    name: Literal["propose-delivery-correction"] = "propose-delivery-correction"
    correction: CorrectionId
    serial: Serial
    model: ModelName
    delivered_on: Day
    reason: Reason
    reference: Reference


class ApproveCorrection(WireModel):
    """Carry out what another account of the staff proposed."""

    name: Literal["approve-correction"] = "approve-correction"
    correction: CorrectionId


class RejectCorrection(WireModel):
    """Close a proposal without carrying it out; who proposed it may do so, too."""

    name: Literal["reject-correction"] = "reject-correction"
    correction: CorrectionId
    reason: Reason


CorrectionCommand = (
    ProposeCorrection | ProposeLinkedCorrections | ProposeDeliveryCorrection | ApproveCorrection | RejectCorrection
)
