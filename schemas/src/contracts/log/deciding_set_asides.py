"""How two of the staff set entries of a log aside, whatever its other entries are about (ADR 18, rule X10)."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from contracts.actors import Account
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.decisions import Rejection
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.set_aside import wrong
from contracts.log.stop import UnlawfulEntryError
from contracts.set_aside import NamedEntries, in_order

Proposed = TypeVar("Proposed", bound=SettingAsideProposed)
Approved = TypeVar("Approved", bound=EntriesSetAside)
Decisions = Mapping[str, tuple[SettingAsideProposed, int] | None]
"""Proposals with their entries, by decision; None for a decision that was approved."""


def propose(
    decisions: Decisions,
    command: ProposeSettingAside,
    by: Account,
    *,
    length: int,
    event: Callable[..., Proposed],
) -> Proposed | Rejection:
    """The entries must be among the `length` first; whether the others can do without them is tried at the approval."""
    if command.decision in decisions:
        return Rejection("decision_exists")
    if not _were_there(command.entries, length):
        return Rejection("entry_unknown")
    return event(
        decision=command.decision,
        company=by.company,
        entries=command.entries,
        law=command.law,
        reason=command.reason,
        reference=command.reference,
        proposed_by=by.account,
    )


def approve(
    decisions: Decisions, command: ApproveSettingAside, by: Account, *, event: Callable[..., Approved]
) -> Approved | Rejection:
    """Never by the person who proposed it."""
    waiting = decisions.get(command.decision)
    if waiting is None:
        return Rejection("decision_unknown")
    proposal, sequence = waiting
    if proposal.proposed_by == by.account:
        return Rejection("second_person_needed", entries=(sequence,))
    return event(
        decision=proposal.decision,
        company=proposal.company,
        entries=proposal.entries,
        law=proposal.law,
        proposed_by=proposal.proposed_by,
        approved_by=by.account,
    )


def require_decided(decisions: Decisions, event: SettingAsideProposed | EntriesSetAside, *, length: int) -> None:
    """Raises UnlawfulEntryError for a proposal that names no entries, and a decision that is not by two persons."""
    if isinstance(event, EntriesSetAside):
        proposal, _ = decisions.get(event.decision) or (None, 0)
        if why := wrong(event, proposal):
            raise UnlawfulEntryError("set_aside_wrong", why)
    elif event.decision in decisions or not _were_there(event.entries, length):
        raise UnlawfulEntryError("set_aside_wrong", f"decision {event.decision} is a second one, or names no entries")


def _were_there(entries: NamedEntries, length: int) -> bool:
    return in_order(entries) and entries[-1].sequence <= length
