"""Setting entries aside: two of the staff decide that an entry which cannot be applied does not count (rule X10)."""

from datetime import datetime
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside, SetAsideCommand
from contracts.events.set_aside import EntriesSetAside, SetAsideEvent, SettingAsideProposed
from contracts.log.set_aside import wrong
from contracts.log.stop import UnlawfulEntryError
from contracts.set_aside import NamedEntries, in_order
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import is_staff
from ledger.domain.state import Ledger


def decide(ledger: Ledger, command: SetAsideCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    if not isinstance(actor, Account) or not is_staff(ledger, actor):
        return Rejection("no_right")
    match command:
        case ProposeSettingAside():
            return propose(ledger, command, actor)
        case ApproveSettingAside():
            return approve(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: SetAsideEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family: who applies the decision begins again at the first entry."""
    waiting = (event, ledger.sequence) if isinstance(event, SettingAsideProposed) else None
    decisions = ledger.cold.set_asides.set(event.decision, waiting)
    return ledger._replace(cold=ledger.cold._replace(set_asides=decisions))


def propose(ledger: Ledger, command: ProposeSettingAside, actor: Account) -> SettingAsideProposed | Rejection:
    """The entries must be there; whether the others can do without them is tried out at the approval."""
    if command.decision in ledger.cold.set_asides:
        return Rejection("decision_exists")
    if not _were_there(ledger, command.entries):
        return Rejection("entry_unknown")
    return SettingAsideProposed(
        decision=command.decision,
        company=actor.company,
        entries=command.entries,
        law=command.law,
        reason=command.reason,
        reference=command.reference,
        proposed_by=actor.account,
    )


def approve(ledger: Ledger, command: ApproveSettingAside, actor: Account) -> EntriesSetAside | Rejection:
    """Never by the person who proposed it."""
    waiting = ledger.cold.set_asides.get(command.decision)
    if waiting is None:
        return Rejection("decision_unknown")
    proposal, sequence = waiting
    if proposal.proposed_by == actor.account:
        return Rejection("second_person_needed", entries=(sequence,))
    return EntriesSetAside(
        decision=proposal.decision,
        company=proposal.company,
        entries=proposal.entries,
        law=proposal.law,
        proposed_by=proposal.proposed_by,
        approved_by=actor.account,
    )


def _were_there(ledger: Ledger, entries: NamedEntries) -> bool:
    return in_order(entries) and entries[-1].sequence <= ledger.sequence


def require_lawful(ledger: Ledger, event: SetAsideEvent) -> None:
    """Raises UnlawfulEntryError for a proposal or a decision that is not by staff, or not by two of them."""
    for person in {event.proposed_by, getattr(event, "approved_by", event.proposed_by)}:
        if not is_staff(ledger, Account(account=person, company=event.company)):
            raise UnlawfulEntryError("set_aside_wrong", f"account {person} is none of the vendor's staff")
    if isinstance(event, EntriesSetAside):
        proposal, _ = ledger.cold.set_asides.get(event.decision) or (None, 0)
        if why := wrong(event, proposal):
            raise UnlawfulEntryError("set_aside_wrong", why)
    elif event.decision in ledger.cold.set_asides or not _were_there(ledger, event.entries):
        raise UnlawfulEntryError("set_aside_wrong", f"decision {event.decision} is a second one, or names no entries")
