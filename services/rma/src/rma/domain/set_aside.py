"""Setting entries of cases aside: two of the staff decide that an entry which cannot be applied does not count."""

from functools import partial
from typing import assert_never

from contracts.actors import Account, Actor
from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside, SetAsideCommand
from contracts.log import deciding_set_asides as deciding
from contracts.log.stop import EVENT_TYPE_UNKNOWN, NOT_APPLICABLE
from contracts.rma.events import CaseEntriesSetAside, CaseSettingAsideProposed, SetAsideCaseEvent
from rma.domain.decisions import Rejection
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Cases

LAWS = frozenset(
    {
        "case_unknown",
        "case_exists",
        "case_open_once",
        "step_wrong",
        "swapped_once",
        "set_aside_wrong",
        NOT_APPLICABLE,
        EVENT_TYPE_UNKNOWN,
    }
)
"""All laws of cases, as no other reader holds their entries against more: of an entry that keeps them nobody can say
that it does not count."""


def decide(cases: Cases, command: SetAsideCommand, actor: Actor, ledger: LedgerView) -> SetAsideCaseEvent | Rejection:
    """Answer a command of this family; who is staff, the ledger says."""
    if not isinstance(actor, Account) or not ledger.is_staff(actor):
        return Rejection("no_right")
    match command:
        case ProposeSettingAside() if command.law not in LAWS:
            return Rejection("entry_lawful")
        case ProposeSettingAside():
            proposed = partial(CaseSettingAsideProposed, ledger_sequence=ledger.sequence)
            return deciding.propose(cases.set_asides, command, actor, length=cases.sequence, event=proposed)
        case ApproveSettingAside():
            approved = partial(CaseEntriesSetAside, ledger_sequence=ledger.sequence)
            return deciding.approve(cases.set_asides, command, actor, event=approved)
        case _:
            assert_never(command)


def evolve(cases: Cases, event: SetAsideCaseEvent) -> Cases:
    """The cases after an event of this family: who applies the decision begins again at the first entry."""
    waiting = (event, cases.sequence) if isinstance(event, CaseSettingAsideProposed) else None
    return cases._replace(set_asides=cases.set_asides.set(event.decision, waiting))


def require_lawful(cases: Cases, event: SetAsideCaseEvent) -> None:
    """Raises UnlawfulEntryError for a proposal that names no entries, and a decision that is not by two persons."""
    deciding.require_decided(cases.set_asides, event, length=cases.sequence)
