"""Callers as the ledger knows them: who sees what on the read side, and who acts in a command."""

from contracts.actors import Account
from ledger.application.queries.visibility import Viewer
from runtime.tokens import Caller


class LedgerCaller(Caller):
    """A caller of the ledger's API."""

    __slots__ = ()

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.account, self.company)

    @property
    def actor(self) -> Account:
        return Account(account=self.account, company=self.company)
