"""The laws of activation keys: a key becomes balance once, with the licenses that it was issued for."""

from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import units_of
from signer.domain.verification.companies import require_project
from signer.domain.verification.software_service import cover
from signer.domain.verification.state import VerifiedLedger


def activation_key_issued(ledger: VerifiedLedger, event: ActivationKeyIssued) -> None:
    """A key stands for licenses from here on."""
    if event.key_digest in ledger.activation_keys:
        raise LawBrokenError("key_issued_once", "this activation key was issued before")
    ledger.activation_keys[event.key_digest] = units_of(ledger, event.lots)


def activation_key_redeemed(ledger: VerifiedLedger, event: ActivationKeyRedeemed) -> None:
    """The licenses of a key come into a project."""
    stands_for = ledger.activation_keys.get(event.key_digest)
    if stands_for is None:
        raise LawBrokenError("key_redeemed_once", "this activation key was never issued, or is redeemed already")
    if units_of(ledger, event.lots) != stands_for:
        raise LawBrokenError("key_lots_wrong", "the redeemed licenses are not those that the key was issued for")
    require_project(ledger, event.project, event.company)
    cover(ledger, event.project, event.coverage)
    move(ledger, postings(event))
    ledger.activation_keys[event.key_digest] = None
