"""What the lines of a correction move, one or several that are decided as one (rule X5).

A line goes from one account to another. All lines are judged together: everything that they take has to be there
before anything comes in, and what comes in is judged on what they leave.
"""

from collections.abc import Callable, Sequence

from contracts.accounts import ISSUANCE, RETIRED, device_account, project_account
from contracts.actors import Account
from contracts.licenses import MAX_HELD, MAX_LOTS, DeviceLicenses
from ledger.domain.catalog import refuse_limits
from ledger.domain.cold_state import Line
from ledger.domain.decisions import Rejection
from ledger.domain.devices import ALLOCATABLE
from ledger.domain.rights import absent
from ledger.domain.state import Device, Holdings, Ledger, Project, at_most, minus, plus

_PROJECT, _DEVICE = project_account(""), device_account("")


def companies_of(ledger: Ledger, actor: Account, lines: Sequence[Line]) -> tuple[str, ...] | Rejection:
    """The company of each line, whose accounts must exist now; several lines share no device, and fit together."""
    companies: list[str] = []
    for number, line in enumerate(lines, 1):
        company = _company_of_both(ledger, actor, line)
        if isinstance(company, Rejection):
            return of_line(company, number, lines)
        companies.append(company)
    return _refuse_together(ledger, lines) or tuple(companies)


def of_line(refused: Rejection, number: int, lines: Sequence[object]) -> Rejection:
    """A rejection that names its line, where there are several."""
    if len(lines) == 1:
        return refused
    return Rejection(refused.code, {**refused.details, "line": number}, refused.entries)


def refuse_classes(ledger: Ledger, lines: Sequence[Line]) -> Rejection | None:
    """Rejects types that stand on no device: credits, and warranty, which is used up at once."""
    for number, line in enumerate(lines, 1):
        if line.target.startswith(_DEVICE) and (refused := _refuse_class(ledger, line.licenses)):
            return of_line(refused, number, lines)
    return None


def refuse(ledger: Ledger, lines: Sequence[Line]) -> Rejection | None:
    """Rejects all lines if one of them takes what is not there, or brings more than its account may hold."""
    for number, line in enumerate(lines, 1):
        if refused := _refuse_taking(ledger, line):
            return of_line(refused, number, lines)
        ledger = _changed(ledger, line.source, line.licenses, minus)
    for number, line in enumerate(lines, 1):
        if refused := _refuse_bringing(ledger, line):
            return of_line(refused, number, lines)
        ledger = _changed(ledger, line.target, line.licenses, plus)
    return None


def device_of(lines: Sequence[Line]) -> str | None:
    """The serial of the one device that the lines change, if there is one."""
    ends = (account for line in lines for account in (line.source, line.target))
    return next((account.removeprefix(_DEVICE) for account in ends if account.startswith(_DEVICE)), None)


def device_after(ledger: Ledger, serial: str, lines: Sequence[Line]) -> DeviceLicenses:
    """What the device has after all lines, as its next issue."""
    device = _moved(ledger, lines).devices[serial]
    return ledger.device_licenses(serial, device._replace(issue=device.issue + 1))


def moved(ledger: Ledger, lines: Sequence[Line], device: DeviceLicenses | None) -> Ledger:
    """The ledger after all lines, with the device as the event states it."""
    after = _moved(ledger, lines)
    if device is None:
        return after
    corrected = after.devices[device.serial].changed(device)
    corrected = corrected._replace(bound=at_most(corrected.bound, corrected.holdings))
    return after._replace(devices=after.devices.set(device.serial, corrected))


def _moved(ledger: Ledger, lines: Sequence[Line]) -> Ledger:
    for line in lines:
        ledger = _changed(ledger, line.source, line.licenses, minus)
    for line in lines:
        ledger = _changed(ledger, line.target, line.licenses, plus)
    return ledger


def _changed(ledger: Ledger, account: str, units: Holdings, change: Callable[[Holdings, Holdings], Holdings]) -> Ledger:
    """The ledger with another holding of one account; nobody holds what is made or ended."""
    if account.startswith(_PROJECT):
        name = account.removeprefix(_PROJECT)
        project = ledger.projects[name]
        projects = ledger.projects.set(name, project.holding(change(project.free, units)))
        return ledger._replace(projects=projects)
    if account.startswith(_DEVICE):
        serial = account.removeprefix(_DEVICE)
        device = ledger.devices[serial]
        after = device._replace(holdings=change(device.holdings, units))
        projects = ledger.exchanged(device.project, device.holdings, after.holdings)
        return ledger.placed(projects, ledger.devices.set(serial, after))
    return ledger


def _company_of_both(ledger: Ledger, actor: Account, line: Line) -> str | Rejection:
    """The one company whose licenses these are. At most one side is a device, so that an entry changes only one."""
    ends = [account for account in (line.source, line.target) if account not in (ISSUANCE, RETIRED)]
    devices = [account for account in ends if account.startswith(_DEVICE)]
    if not ends or line.source == line.target or len(devices) > 1:
        return Rejection("correction_accounts_wrong")
    companies: set[str] = set()
    for account in ends:
        place = _place(ledger, account)
        if place is None:
            is_device = account.startswith(_DEVICE)
            return absent(ledger, actor, account.removeprefix(_DEVICE)) if is_device else Rejection("project_unknown")
        if isinstance(place, Project) and place.archived:
            return Rejection("project_archived")
        companies.add(place.company)
    return companies.pop() if len(companies) == 1 else Rejection("not_same_company")


def _refuse_together(ledger: Ledger, lines: Sequence[Line]) -> Rejection | None:
    """Rejects several lines that are too much for one entry, contradict each other, or tell a device of others."""
    if len(lines) == 1:
        return None
    if sum(len(line.licenses) for line in lines) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    taken = {(line.source, name) for line in lines for name in line.licenses}
    for number, line in enumerate(lines, 1):
        for name in line.licenses:
            if (line.target, name) in taken:
                return Rejection("correction_lines_contrary", {"line": number, "license_type": name})
    return _refuse_shared_device(ledger, lines)


def _refuse_shared_device(ledger: Ledger, lines: Sequence[Line]) -> Rejection | None:
    """The license file of a device carries the entry, so that whoever sees the device reads every line."""
    serial = device_of(lines)
    if serial is None:
        return None
    own = {ISSUANCE, RETIRED, device_account(serial), project_account(ledger.devices[serial].project)}
    for number, line in enumerate(lines, 1):
        if not own.issuperset((line.source, line.target)):
            return Rejection("correction_device_shared", {"line": number})
    return None


def _refuse_taking(ledger: Ledger, line: Line) -> Rejection | None:
    for name, count in line.licenses.items():
        there = MAX_HELD if line.source == ISSUANCE else _held(ledger, line.source).get(name, 0)
        if count > there:
            return Rejection("insufficient_balance", {"license_type": name, "wanted": count, "balance": there})
    return None


def _refuse_bringing(ledger: Ledger, line: Line) -> Rejection | None:
    if line.target == RETIRED:
        return None
    there = _held(ledger, line.target)
    for name, count in line.licenses.items():
        if there.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return _refuse_on_device(ledger, line) if line.target.startswith(_DEVICE) else None


def _refuse_on_device(ledger: Ledger, line: Line) -> Rejection | None:
    """A correction puts on a device only what may stand there."""
    device = ledger.devices[line.target.removeprefix(_DEVICE)]
    if refused := _refuse_class(ledger, line.licenses):
        return refused
    if len(device.holdings.keys() | line.licenses.keys()) > MAX_LOTS:
        return Rejection("too_many_license_types", {"limit": MAX_LOTS})
    return refuse_limits(ledger, device, line.licenses)


def _refuse_class(ledger: Ledger, wanted: Holdings) -> Rejection | None:
    for name in wanted:
        license_class = ledger.catalog[name]
        if license_class not in ALLOCATABLE:
            return Rejection("class_not_allocatable", {"license_type": name, "license_class": license_class})
    return None


def _place(ledger: Ledger, account: str) -> Project | Device | None:
    if account.startswith(_PROJECT):
        return ledger.projects.get(account.removeprefix(_PROJECT))
    return ledger.devices.get(account.removeprefix(_DEVICE))


def _held(ledger: Ledger, account: str) -> Holdings:
    place = _place(ledger, account)
    if isinstance(place, Project):
        return place.free
    return {} if place is None else place.holdings
