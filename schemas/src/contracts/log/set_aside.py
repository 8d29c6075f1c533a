"""What the events of a ledger say about entries that are set aside (ADR 18)."""

from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.set_aside import NamedEntry


def named(event: object) -> dict[int, str]:
    """What an event sets aside; nothing, unless it is a decision."""
    return named_in(event.entries) if isinstance(event, EntriesSetAside) else {}


def named_in(entries: tuple[NamedEntry, ...]) -> dict[int, str]:
    """Entries by sequence, with their hash."""
    return {entry.sequence: entry.entry_hash for entry in entries}


def is_about_entries(event: object) -> bool:
    """Whether a reader takes the event also where it has stopped."""
    return isinstance(event, SettingAsideProposed | EntriesSetAside)


def wrong(decision: EntriesSetAside, proposal: SettingAsideProposed | None) -> str:
    """Why the decision is not what a second person approved of what the first one proposed, or nothing."""
    if proposal is None:
        return f"decision {decision.decision} waits for nobody"
    if (decision.entries, decision.law, decision.proposed_by) != (proposal.entries, proposal.law, proposal.proposed_by):
        return f"decision {decision.decision} is not what was proposed"
    if decision.approved_by == decision.proposed_by:
        return f"decision {decision.decision} has no second person"
    return ""
