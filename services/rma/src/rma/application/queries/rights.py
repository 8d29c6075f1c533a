"""Who sees what, as the ledger has it now."""

from dataclasses import dataclass, field
from typing import Protocol

from contracts.actors import Account
from contracts.log.stop import VIEW_BEHIND
from rma.application.queries.sight import Sight, Sights
from rma.domain.ledger_view import LedgerView
from runtime.accesses import read_by_staff
from runtime.trouble import Trouble

AGAIN_SECONDS = 2


class FollowedLedger(Protocol):
    """The ledger as this process follows it; see runtime.eventlog.log_follower."""

    @property
    def state(self) -> LedgerView: ...
    @property
    def trouble(self) -> str:
        """Why the state may be behind the ledger, or nothing."""
        ...

    @property
    def is_stopped(self) -> bool:
        """Whether the ledger itself has stopped: then nothing changes there that one could miss."""
        ...


@dataclass(frozen=True, slots=True)
class Rights:
    """Tells sights apart; while revocations could be missed, nobody sees anything."""

    ledger: FollowedLedger
    _sights: Sights = field(default_factory=Sights)

    def sight(self, account: Account) -> Sight:
        """What an account sees; raises Trouble."""
        if self.ledger.trouble and not self.ledger.is_stopped:
            raise Trouble(self.ledger.trouble, retry_after_seconds=AGAIN_SECONDS, code=VIEW_BEHIND)
        sight = self._sights.of(account, self.ledger.state)
        if sight.is_staff:
            read_by_staff()
        return sight
