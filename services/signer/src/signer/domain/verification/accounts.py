"""The signer's accounts: what each holds, by license type, as the postings of all entries add up to."""

from collections.abc import Iterable, Mapping

from contracts.log.postings import ISSUANCE, Posting
from signer.domain.laws import LawBrokenError


class Accounts:
    """The accounts of one ledger. After a LawBrokenError they are of no further use."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[str, dict[str, int]] = {}

    def balance(self, account: str) -> Mapping[str, int]:
        """What an account holds, by type."""
        return self._held.get(account, {})

    def move(self, moves: tuple[Posting, ...]) -> None:
        """Post; raises LawBrokenError if an account would go below zero."""
        require_balanced(moves)
        for move in moves:
            account = self._held.setdefault(move.account, {})
            units = account.get(move.license_type, 0) + move.units
            if units < 0 and move.account != ISSUANCE:
                raise LawBrokenError(
                    "account_negative", f"{move.account} would hold {units} licenses of type {move.license_type}"
                )
            if units:
                account[move.license_type] = units
            else:
                del account[move.license_type]


def require_balanced(moves: Iterable[Posting]) -> None:
    """The first law: units of an event sum to zero per license type."""
    sums: dict[str, int] = {}
    for move in moves:
        sums[move.license_type] = sums.get(move.license_type, 0) + move.units
    if any(sums.values()):
        raise LawBrokenError("postings_unbalanced", "the event makes or loses licenses")
