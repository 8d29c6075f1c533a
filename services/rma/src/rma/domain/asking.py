"""Who asks: the one place that decides who may do what to cases (rules section 9)."""

from contracts.actors import Account, Actor, Service
from contracts.rma.cases import Step
from rma.domain.decisions import Rejection
from rma.domain.ledger_view import LedgerView
from rma.domain.state import Case
from rma.domain.steps import Role, roles_of

SERVICE = Service(name="rma")
"""The process manager of this service."""


def roles(ledger: LedgerView, actor: Actor, case: Case) -> frozenset[Role]:
    """What the actor is to a case, as the ledger has it now."""
    if actor == SERVICE:
        return frozenset({"service"})
    if not isinstance(actor, Account):
        return frozenset()
    found: list[Role] = ["staff"] if ledger.is_staff(actor) else []
    if ledger.has_right(actor, case.project, "rma"):
        found.append("requester")
    return frozenset(found)


def refuse_stopped(ledger: LedgerView, actor: Actor) -> Rejection | None:
    """Rejects every account that acts for a blocked company, or for one that was imported into another."""
    if not isinstance(actor, Account):
        return None
    if actor.company in ledger.closed:
        return Rejection("company_closed")
    return Rejection("company_blocked") if f"companies/{actor.company}" in ledger.blocked else None


def refuse_staff_only(ledger: LedgerView, actor: Actor) -> Rejection | None:
    """Rejects everybody but the vendor's staff."""
    return None if isinstance(actor, Account) and ledger.is_staff(actor) else Rejection("no_right")


def refuse_filing(ledger: LedgerView, actor: Actor, serial: str) -> Rejection | None:
    """Rejects everybody without the right `rma` in the device's project, and a device that staff has blocked."""
    project = ledger.devices.get(serial)
    if project is None or not isinstance(actor, Account):
        return Rejection("device_unknown")
    if not ledger.has_right(actor, project, "rma"):
        return Rejection("no_right" if ledger.knows_of(actor, project) else "device_unknown")
    if f"companies/{ledger.projects[project]}" in ledger.blocked:
        return Rejection("company_blocked")
    return Rejection("device_blocked") if f"devices/{serial}" in ledger.blocked else None


def refuse_step(ledger: LedgerView, actor: Actor, case: Case, step: Step) -> Rejection | None:
    """Rejects whoever may never do this step; who does not know of the case learns nothing of it (rule X7)."""
    if roles(ledger, actor, case) & roles_of(step):
        return None
    seen = isinstance(actor, Account) and ledger.knows_of(actor, case.project)
    return Rejection("no_right" if seen or actor == SERVICE else "rma_unknown")
