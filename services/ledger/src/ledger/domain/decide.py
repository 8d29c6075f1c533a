"""The ledger's decision on a command: one event, or a rejection with its reason."""

from datetime import datetime

from contracts.actors import Actor
from contracts.commands import Command
from contracts.commands.companies import FoundLedger
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.families import DECIDE
from ledger.domain.rights import refuse_stopped
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: Command, actor: Actor, *, now: datetime) -> Decision:
    """The ledger's answer to a command, from its state and the time alone; the time is aware UTC."""
    if ledger.vendor is None and not isinstance(command, FoundLedger):
        return Rejection("ledger_not_founded")
    if refused := refuse_stopped(ledger, actor):
        return refused
    return DECIDE[type(command)](ledger, command, actor, now=now)
