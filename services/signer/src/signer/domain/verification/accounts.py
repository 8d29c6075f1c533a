"""The laws of accounts: what goes out of one comes into another, and nobody gives what is not there."""

from collections.abc import Iterable

from contracts.accounts import ISSUANCE
from contracts.log.postings import Posting
from signer.domain.laws import LawBrokenError
from signer.domain.verification.state import VerifiedLedger


def move(ledger: VerifiedLedger, moves: tuple[Posting, ...]) -> None:
    """Post; raises LawBrokenError if an account would go below zero."""
    require_balanced(moves)
    for one in moves:
        account = ledger.accounts.setdefault(one.account, {})
        units = account.get(one.license_type, 0) + one.units
        if units < 0 and one.account != ISSUANCE:
            raise LawBrokenError(
                "account_negative", f"{one.account} would hold {units} licenses of type {one.license_type}"
            )
        if units:
            account[one.license_type] = units
        else:
            del account[one.license_type]


def require_balanced(moves: Iterable[Posting]) -> None:
    """Units of an event sum to zero per license type."""
    sums: dict[str, int] = {}
    for one in moves:
        sums[one.license_type] = sums.get(one.license_type, 0) + one.units
    if any(sums.values()):
        raise LawBrokenError("postings_unbalanced", "the event makes or loses licenses")
