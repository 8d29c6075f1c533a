"""The balance of a project, or of a company, as a table with a small picture: what is free, held, and on devices."""

from collections.abc import Sequence
from dataclasses import dataclass

from licensing_client.api import AllocatedView, BalanceView, DeviceView, LicensesView, ProjectView, TotalView

CLASSES = ("pbx", "gateway", "warranty", "service")
"""The order of the table."""
WIDTH = 100


@dataclass(slots=True)
class BalanceLine:
    """A license type in a project. `waiting` and `delivered` are None where nobody knows what stood on devices."""

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


def sheet(balance: BalanceView, allocated: Sequence[AllocatedView] | None) -> list[BalanceLine]:
    """A line for each type that the project has or had; `allocated` is what stands on its devices, where known."""
    unknown = None if allocated is None else 0
    lines = {
        one["license_type"]: BalanceLine(one["license_type"], one["license_class"], waiting=unknown, delivered=unknown)
        for one in (*_lots(balance), *(allocated or ()))
    }
    for free in balance["free"]:
        lines[free["license_type"]].free += free["count"]
    for held in balance["held"]:
        lines[held["license_type"]].held += held["count"]
    for one in allocated or ():
        line = lines[one["license_type"]]
        line.waiting = (line.waiting or 0) + one["count"] - one["delivered"]
        line.delivered = (line.delivered or 0) + one["delivered"]
    return sorted(lines.values(), key=_order)


def allocated_then(devices: Sequence[DeviceView]) -> list[AllocatedView] | None:
    """What stood on all devices of a project in the past; None where one had an older file, which nobody looks into."""
    if any(one["delivered_issue"] not in {None, one["issue"]} for one in devices):
        return None
    return [
        {**lot, "delivered": 0 if device["delivered_issue"] is None else lot["count"]}
        for device in devices
        for lot in device["licenses"]
    ]


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
