"""Setting entries aside: two of the staff decide that an entry which cannot be applied does not count (rule X10)."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside, SetAsideCommand
from contracts.events.set_aside import EntriesSetAside, SetAsideEvent, SettingAsideProposed
from contracts.log import deciding_set_asides as deciding
from contracts.log.stop import UnlawfulEntryError
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import is_staff
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: SetAsideCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    return decided(ledger, command, actor)


def decided(ledger: Ledger, command: SetAsideCommand, actor: Actor) -> SetAsideEvent | Rejection:
    """What the decision is, whatever the time."""
    if not isinstance(actor, Account) or not is_staff(ledger, actor):
        return Rejection("no_right")
    decisions = ledger.cold.set_asides
    match command:
        case ProposeSettingAside():
            return deciding.propose(decisions, command, actor, length=ledger.sequence, event=SettingAsideProposed)
        case ApproveSettingAside():
            return deciding.approve(decisions, command, actor, event=EntriesSetAside)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: SetAsideEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family: who applies the decision begins again at the first entry."""
    waiting = (event, ledger.sequence) if isinstance(event, SettingAsideProposed) else None
    decisions = ledger.cold.set_asides.set(event.decision, waiting)
    return ledger._replace(cold=ledger.cold._replace(set_asides=decisions))


def require_lawful(ledger: Ledger, event: SetAsideEvent) -> None:
    """Raises UnlawfulEntryError for a proposal or a decision that is not by staff, or not by two of them."""
    for person in {event.proposed_by, getattr(event, "approved_by", event.proposed_by)}:
        if not is_staff(ledger, Account(account=person, company=event.company)):
            raise UnlawfulEntryError("set_aside_wrong", f"account {person} is none of the vendor's staff")
    deciding.require_decided(ledger.cold.set_asides, event, length=ledger.sequence)
