"""Blocks: staff stops a key, a device or a company, and lets it go on."""

from typing import Literal

from contracts.identifiers import CompanyId, Serial, Sha256
from contracts.models import WireModel
from contracts.texts import Reason, Reference


class BlockActivationKey(WireModel):
    """Stop a key that waits to be redeemed."""

    name: Literal["block-activation-key"] = "block-activation-key"
    key_digest: Sha256
    reason: Reason
    reference: Reference


class UnblockActivationKey(WireModel):
    """Let a blocked key be redeemed."""

    name: Literal["unblock-activation-key"] = "unblock-activation-key"
    key_digest: Sha256
    reason: Reason
    reference: Reference


class BlockDevice(WireModel):
    """Stop a device: nothing is allocated to it, and it gets no license file."""

    name: Literal["block-device"] = "block-device"
    serial: Serial
    reason: Reason
    reference: Reference


class UnblockDevice(WireModel):
    """Let a blocked device go on."""

    name: Literal["unblock-device"] = "unblock-device"
    serial: Serial
    reason: Reason
    reference: Reference


class BlockCompany(WireModel):
    """Stop a company: it can do nothing but look."""

    name: Literal["block-company"] = "block-company"
    company: CompanyId
    reason: Reason
    reference: Reference


class UnblockCompany(WireModel):
    """Let a blocked company go on."""

    name: Literal["unblock-company"] = "unblock-company"
    company: CompanyId
    reason: Reason
    reference: Reference


BlockCommand = BlockActivationKey | UnblockActivationKey | BlockDevice | UnblockDevice | BlockCompany | UnblockCompany
