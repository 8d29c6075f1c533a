"""The balance of a project, or of a company, as a table with a small picture: what is free, held, and on devices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from licensing_client.api import BalanceView, LicensesView, ProjectView, TotalView

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


def sheet(balance: BalanceView) -> list[BalanceLine]:
    """A line for each type that the project has or had."""
    allocated = balance.get("allocated")
    unknown = None if allocated is None else 0
    lines = {
        one["license_type"]: BalanceLine(one["license_type"], one["license_class"], waiting=unknown, delivered=unknown)
        for one in _lots(balance)
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
    """A line for each type that projects of a past had."""
    lines = defaultdict[str, list[BalanceLine]](list)
    for one in projects:
        if balance := one.get("balances"):
            for line in sheet(balance):
                lines[line.license_type].append(line)
    return sorted((summed(some, name) for name, some in lines.items()), key=_order)


def of_type(project: ProjectView, license_type: str) -> list[BalanceLine]:
    """The line of a type in a project with its balance; none where it never had any."""
    balance = project.get("balances")
    return [] if not balance else [one for one in sheet(balance) if one.license_type == license_type]


def summed(lines: Sequence[BalanceLine], license_type: str) -> BalanceLine:
    """What several projects have of a type."""
    license_class = next((one.license_class for one in lines), CLASSES[0])
    free, held = sum(one.free for one in lines), sum(one.held for one in lines)
    whole = BalanceLine(license_type, license_class, free=free, held=held)
    if all(one.delivered is not None for one in lines):
        whole.waiting = sum(one.waiting or 0 for one in lines)
        whole.delivered = sum(one.delivered or 0 for one in lines)
    return whole


def _lots(balance: BalanceView) -> Sequence[LicensesView]:
    return [*balance["free"], *balance["held"], *(balance.get("allocated") or ())]


def _order(line: BalanceLine) -> tuple[int, str]:
    return CLASSES.index(line.license_class), line.license_type
