"""Activation keys."""

from typing import Literal

from contracts.fields import KeyHint
from contracts.identifiers import ProjectId, Sha256
from contracts.licenses import SeveralLicenses
from contracts.models import WireModel
from contracts.texts import Reference


class IssueActivationKey(WireModel):
    """Put an activation key into the world: the ledger learns its digest, never the key."""

    name: Literal["issue-activation-key"] = "issue-activation-key"
    key_digest: Sha256
    key_hint: KeyHint
    licenses: SeveralLicenses
    order_number: Reference
    customer_reference: Reference | None = None


class RedeemActivationKey(WireModel):
    """Turn a key's licenses into a project's balance."""

    name: Literal["redeem-activation-key"] = "redeem-activation-key"
    key_digest: Sha256
    project: ProjectId


ActivationKeyCommand = IssueActivationKey | RedeemActivationKey
