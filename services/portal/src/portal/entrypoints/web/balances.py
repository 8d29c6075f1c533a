"""The balance of a project, or of a company, as a table with a small picture: what is free, held, and on devices."""

from collections.abc import Sequence
from dataclasses import dataclass

from licensing_client.api import BalanceView, DeviceView, LicensesView, ProjectView, TotalView

CLASSES = ("pbx", "gateway", "warranty", "service")
"""The order of the table."""
WIDTH = 100


@dataclass(slots=True)
class BalanceLine:
    """A license type in a project. `waiting` and `delivered` are None where there are too many devices to count."""

    license_type: str
    license_class: str
    free: int = 0
    held: int = 0
    waiting: int | None = None
    delivered: int | None = None

    @property
    def total(self) -> int:
        return self.free + self.held + (self.waiting or 0) + (self.delivered or 0)

    def bar(self) -> list[tuple[str, float, float]]:
        """The parts of the picture: state, where it begins and how wide it is, in hundredths."""
        parts, begin = list[tuple[str, float, float]](), 0.0
        counts = ("delivered", self.delivered), ("waiting", self.waiting), ("free", self.free), ("held", self.held)
        for state, count in counts:
            width = WIDTH * (count or 0) / self.total if self.total else 0.0
            if width:
                parts.append((state, round(begin, 2), round(width, 2)))
            begin += width
        return parts


def sheet(balance: BalanceView, devices: Sequence[DeviceView] | None) -> list[BalanceLine]:
    """A line for each type that the project has or had; `devices` are all of its devices, where they are known."""
    lines: dict[str, BalanceLine] = {}
    for free in balance["free"]:
        _line(lines, free["license_type"], free["license_class"], devices).free += free["count"]
    for held in balance["held"]:
        _line(lines, held["license_type"], held["license_class"], devices).held += held["count"]
    for device in devices or ():
        _count(lines, device, devices)
    return sorted(lines.values(), key=_order)


def totals(of_company: Sequence[TotalView]) -> list[BalanceLine]:
    """A line for each type that a company has, over all of its projects."""
    lines = [
        BalanceLine(
            one["license_type"],
            one["license_class"],
            free=one["free"],
            held=one["held"],
            waiting=one["allocated"] - one["delivered"],
            delivered=one["delivered"],
        )
        for one in of_company
    ]
    return sorted(lines, key=_order)


def of_projects(projects: Sequence[ProjectView]) -> list[BalanceLine]:
    """A line for each type that projects of a past had free or held; what was on devices is not among it."""
    types = {line["license_type"] for one in projects if (balance := one.get("balances")) for line in _lots(balance)}
    lines = [summed([line for one in projects for line in of_type(one, name)], name) for name in types]
    return sorted(lines, key=_order)


def of_type(project: ProjectView, license_type: str) -> list[BalanceLine]:
    """The line of a type in a project with its balance; none where it never had any."""
    balance = project.get("balances")
    if not balance:
        return []
    free, held = balance["free"], balance["held"]
    found = [one for one in _lots(balance) if one["license_type"] == license_type]
    return [
        BalanceLine(
            license_type,
            one["license_class"],
            free=sum(lot["count"] for lot in free if lot["license_type"] == license_type),
            held=sum(lot["count"] for lot in held if lot["license_type"] == license_type),
        )
        for one in found[:1]
    ]


def summed(lines: Sequence[BalanceLine], license_type: str) -> BalanceLine:
    """What is free and held of a type in several projects."""
    license_class = next((one.license_class for one in lines), CLASSES[0])
    free, held = sum(one.free for one in lines), sum(one.held for one in lines)
    return BalanceLine(license_type, license_class, free=free, held=held)


def _lots(balance: BalanceView) -> Sequence[LicensesView]:
    return [*balance["free"], *balance["held"]]


def _order(line: BalanceLine) -> tuple[int, str]:
    return CLASSES.index(line.license_class), line.license_type


def _count(lines: dict[str, BalanceLine], device: DeviceView, devices: Sequence[DeviceView] | None) -> None:
    fetched = device["delivered_issue"] == device["issue"]
    for one in device["licenses"]:
        line = _line(lines, one["license_type"], one["license_class"], devices)
        if fetched:
            line.delivered = (line.delivered or 0) + one["count"]
        else:
            line.waiting = (line.waiting or 0) + one["count"]


def _line(
    lines: dict[str, BalanceLine], name: str, license_class: str, devices: Sequence[DeviceView] | None
) -> BalanceLine:
    if name not in lines:
        none = None if devices is None else 0
        lines[name] = BalanceLine(name, license_class, waiting=none, delivered=none)
    return lines[name]
