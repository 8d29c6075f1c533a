"""Corrections: one of the staff proposes, another one approves or rejects."""

from typing import Literal

from contracts.commands.texts import Reason, Reference
from contracts.corrections import CorrectionId, Source, Target
from contracts.licenses import SeveralLicenses
from contracts.models import WireModel


class ProposeCorrection(WireModel):
    """Ask for a correction: licenses are made, moved between a project and a device, or ended."""

    name: Literal["propose-correction"] = "propose-correction"
    correction: CorrectionId
    source: Source
    target: Target
    licenses: SeveralLicenses
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


CorrectionCommand = ProposeCorrection | ApproveCorrection | RejectCorrection
