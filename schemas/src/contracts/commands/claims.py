"""Claim codes: how a device that is in no project gets into one on its first contact."""

from typing import Literal

from contracts.fields import KeyHint
from contracts.identifiers import ProjectId, Serial, Sha256
from contracts.models import WireModel


class CreateClaimCode(WireModel):
    """Put a claim code into the world, by which one device puts itself into a project. The ledger learns its digest."""

    name: Literal["create-claim-code"] = "create-claim-code"
    project: ProjectId
    code_digest: Sha256
    code_hint: KeyHint


class WithdrawClaimCode(WireModel):
    """Make a claim code that was not used useless."""

    name: Literal["withdraw-claim-code"] = "withdraw-claim-code"
    project: ProjectId
    code_digest: Sha256


class ClaimDevice(WireModel):
    """A device puts itself into the project of a claim code.

    It is in no project, or in one where it has nothing on it and was never in contact.
    """

    name: Literal["claim-device"] = "claim-device"
    serial: Serial
    code_digest: Sha256


ClaimCommand = CreateClaimCode | WithdrawClaimCode | ClaimDevice
