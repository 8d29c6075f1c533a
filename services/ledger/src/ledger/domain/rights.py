"""Who may do what: the one place that knows (domain section 9).

Outside one's own companies, unknown and forbidden look the same (rule X7).
"""

from typing import Literal

from contracts.actors import Account, Actor, Device
from ledger.domain.decisions import Rejection
from ledger.domain.state import Device as KnownDevice
from ledger.domain.state import Ledger

Right = Literal["view", "licenses", "return", "test", "service", "rma", "rights"]
"""What an account may do in a project (rule X1); a company's administrator has all of them in all its projects."""


def administers(ledger: Ledger, actor: Actor, company: str) -> bool:
    """Whether the actor is an account that acts for this company as its administrator."""
    if not isinstance(actor, Account) or actor.company != company:
        return False
    known = ledger.companies.get(company)
    return known is not None and actor.account in known.administrators


def is_staff(ledger: Ledger, actor: Actor) -> bool:
    """Whether the actor acts for the vendor."""
    return ledger.vendor is not None and administers(ledger, actor, ledger.vendor)


def is_blocked(ledger: Ledger, kind: Literal["activation-keys", "devices", "companies"], name: str) -> bool:
    """Whether staff has stopped this key, device or company."""
    return f"{kind}/{name}" in ledger.rare.blocked


def refuse_blocked(ledger: Ledger, actor: Actor) -> Rejection | None:
    """No to every account that acts for a blocked company: it can do nothing but look."""
    if ledger.rare.blocked and isinstance(actor, Account) and is_blocked(ledger, "companies", actor.company):
        return Rejection("company_blocked")
    return None


def refuse_staff_only(ledger: Ledger, actor: Actor) -> Rejection | None:
    """No to everybody but the vendor's staff."""
    return None if is_staff(ledger, actor) else Rejection("no_right")


def refuse_company(ledger: Ledger, actor: Actor, company: str) -> Rejection | None:
    """No to everybody but the company's administrators."""
    return None if administers(ledger, actor, company) else Rejection("company_unknown")


def refuse_project(ledger: Ledger, actor: Actor, project: str, right: Right) -> Rejection | None:
    """No to everybody who has not this right in the project."""
    known = ledger.projects.get(project)
    if known is None or not _has(ledger, actor, known.company, right):
        return Rejection("project_unknown")
    return Rejection("company_blocked") if is_blocked(ledger, "companies", known.company) else None


def refuse_device(ledger: Ledger, actor: Actor, serial: str, device: KnownDevice, right: Right) -> Rejection | None:
    """No to everybody but the device itself and those who have this right in its project."""
    if isinstance(actor, Device) and actor.serial == serial:
        return None
    if not _has(ledger, actor, device.company, right):
        return Rejection("device_unknown")
    return Rejection("company_blocked") if is_blocked(ledger, "companies", device.company) else None


def _has(ledger: Ledger, actor: Actor, company: str, right: Right) -> bool:  # noqa: ARG001
    return administers(ledger, actor, company)
