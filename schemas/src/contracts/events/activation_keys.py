"""Activation keys."""

from typing import ClassVar

from contracts.fields import KeyHint, Reference
from contracts.identifiers import CompanyId, ProjectId, Sha256
from contracts.licenses import Lots
from contracts.models import WireModel
from contracts.software_service import Coverage


class ActivationKeyIssued(WireModel):
    """A key went into the world. Its licenses exist only once it is redeemed."""

    type: ClassVar[str] = "licensing.ledger.activation-key-issued.v1"
    key_digest: Sha256
    key_hint: KeyHint
    lots: Lots
    order_number: Reference
    customer_reference: Reference | None = None

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


class ActivationKeyRedeemed(WireModel):
    """A key's licenses became a project's balance, once and for all.

    Where the project's software service runs, `coverage` says what they cost to its end, or that they wait as held.
    """

    type: ClassVar[str] = "licensing.ledger.activation-key-redeemed.v1"
    key_digest: Sha256
    company: CompanyId
    project: ProjectId
    lots: Lots
    coverage: Coverage | None = None

    @property
    def subject(self) -> str:
        return f"activation-keys/{self.key_digest}"


ActivationKeyEvent = ActivationKeyIssued | ActivationKeyRedeemed
