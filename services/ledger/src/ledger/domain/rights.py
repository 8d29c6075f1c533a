"""Rights: the one place that decides who may do what (rules section 9).

Outside one's own companies, unknown and forbidden look the same (rule X7).
"""

from typing import Literal, get_args

from contracts.actors import Account, Actor, Device
from contracts.fields import Right
from ledger.domain.decisions import Rejection
from ledger.domain.state import Device as KnownDevice
from ledger.domain.state import Ledger, Project, Rights

NO_RIGHTS: Rights = frozenset()
ALL_RIGHTS: Rights = frozenset(get_args(Right))
"""What a company's administrator has in all its projects (rule X1)."""


def administers(ledger: Ledger, actor: Actor, company: str) -> bool:
    """Whether the actor is an account that acts for this company as its administrator."""
    if not isinstance(actor, Account) or actor.company != company:
        return False
    known = ledger.companies.get(company)
    return known is not None and actor.account in known.administrators


def is_staff(ledger: Ledger, actor: Actor) -> bool:
    """Whether the actor acts for the vendor."""
    return ledger.vendor is not None and administers(ledger, actor, ledger.vendor)


def block_of(ledger: Ledger, kind: Literal["activation-keys", "devices", "companies"], name: str) -> int | None:
    """The entry by which staff has blocked this key, device or company."""
    return ledger.cold.blocked.get(f"{kind}/{name}")


def refuse_blocked_device(ledger: Ledger, serial: str) -> Rejection | None:
    """Rejects a device that staff has blocked."""
    block = block_of(ledger, "devices", serial)
    return None if block is None else Rejection("device_blocked", entries=(block,))


def refuse_blocked_company(ledger: Ledger, company: str) -> Rejection | None:
    """Rejects what belongs to a company that staff has blocked."""
    block = block_of(ledger, "companies", company)
    return None if block is None else Rejection("company_blocked", entries=(block,))


def refuse_stopped(ledger: Ledger, actor: Actor) -> Rejection | None:
    """Rejects every account that acts for a blocked company, which can only read, or for a closed one."""
    if ledger.cold.imported and isinstance(actor, Account) and actor.company in ledger.cold.imported:
        return Rejection("company_closed", entries=(ledger.cold.imported[actor.company].sequence,))
    if ledger.cold.blocked and isinstance(actor, Account):
        return refuse_blocked_company(ledger, actor.company)
    return None


def refuse_staff_only(ledger: Ledger, actor: Actor) -> Rejection | None:
    """Rejects everybody but the vendor's staff."""
    return None if is_staff(ledger, actor) else Rejection("no_right")


def is_member(ledger: Ledger, actor: Actor, company: str) -> bool:
    """Whether the actor is an account that acts for this company as one of its members."""
    if not isinstance(actor, Account) or actor.company != company:
        return False
    known = ledger.companies.get(company)
    return known is not None and (actor.account in known.administrators or actor.account in known.members)


def rights_in(ledger: Ledger, actor: Actor, project: str) -> Rights:
    """All that the actor may do in a project."""
    known = ledger.projects.get(project)
    if known is None or not isinstance(actor, Account):
        return NO_RIGHTS
    if administers(ledger, actor, known.company):
        return ALL_RIGHTS
    granted = ledger.grants.get((actor.account, actor.company))
    return NO_RIGHTS if granted is None else granted.get(project, NO_RIGHTS)


def has_right(ledger: Ledger, actor: Actor, project: str, right: Right) -> bool:
    """Whether the actor may do this in the project."""
    return right in rights_in(ledger, actor, project)


def refuse_company(ledger: Ledger, actor: Actor, company: str) -> Rejection | None:
    """Rejects everybody but the company's administrators."""
    if administers(ledger, actor, company):
        return None
    seen = is_member(ledger, actor, company) or (company in ledger.companies and is_staff(ledger, actor))
    return Rejection("no_right" if seen else "company_unknown")


def refuse_project(ledger: Ledger, actor: Actor, project: str, right: Right) -> Rejection | None:
    """Rejects everybody without this right in the project, and everybody when it is archived."""
    if not has_right(ledger, actor, project, right):
        return Rejection("no_right" if _knows_of(ledger, actor, project) else "project_unknown")
    return _refuse_closed(ledger, ledger.projects[project])


def refuse_project_administration(ledger: Ledger, actor: Actor, project: str) -> Rejection | None:
    """Rejects everybody but the administrators of the project's company, and everybody when it is archived."""
    known = ledger.projects.get(project)
    if known is None or not administers(ledger, actor, known.company):
        return Rejection("no_right" if _knows_of(ledger, actor, project) else "project_unknown")
    return _refuse_closed(ledger, known)


def refuse_device(ledger: Ledger, actor: Actor, serial: str, device: KnownDevice, right: Right) -> Rejection | None:
    """Rejects everybody but the device itself and those who have this right in its project."""
    if isinstance(actor, Device) and actor.serial == serial:
        return None
    return refuse_handling(ledger, actor, device, right)


def refuse_handling(ledger: Ledger, actor: Actor, device: KnownDevice, right: Right) -> Rejection | None:
    """Rejects everybody without this right in the device's project, including the device itself."""
    if not has_right(ledger, actor, device.project, right):
        return Rejection("no_right" if _knows_of(ledger, actor, device.project) else "device_unknown")
    return refuse_blocked_company(ledger, device.company)


def refuse_giving_away(ledger: Ledger, actor: Actor, device: KnownDevice) -> Rejection | None:
    """Rejects everybody who may not let a device leave its company: it takes `licenses`, and guests never may."""
    if refused := refuse_handling(ledger, actor, device, "licenses"):
        return refused
    return None if is_member(ledger, actor, device.company) else Rejection("no_right")


def absent(ledger: Ledger, actor: Actor, serial: str) -> Rejection:
    """Rejects a device in no project; only the device and those who may see the project learn of a replacement."""
    gone = ledger.cold.replaced.get(serial)
    if gone is None:
        return Rejection("device_unknown")
    if isinstance(actor, Device) and actor.serial == serial:
        return Rejection("device_replaced", entries=(gone.sequence,))
    if is_staff(ledger, actor) or has_right(ledger, actor, gone.project, "view"):
        return Rejection("device_replaced", {"replacement": gone.replacement}, (gone.sequence,))
    return Rejection("device_unknown")


def _refuse_closed(ledger: Ledger, project: Project) -> Rejection | None:
    """Rejects everything in a project that is archived, or whose company staff has blocked."""
    if project.archived:
        return Rejection("project_archived")
    return refuse_blocked_company(ledger, project.company)


def _knows_of(ledger: Ledger, actor: Actor, project: str) -> bool:
    """Whether the project is of the actor's company, or visible to it: then a rejection reveals nothing (rule X7)."""
    known = ledger.projects.get(project)
    if known is None:
        return False
    member = is_member(ledger, actor, known.company)
    return member or has_right(ledger, actor, project, "view") or is_staff(ledger, actor)
