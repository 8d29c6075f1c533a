"""Licenses that go from one side to another: what each side has before and after."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.entrypoints.web.forms import Form

COUNT = "count-"
MOST = 9999


@dataclass(frozen=True, slots=True)
class Going:
    """A license type of which `count` go from a side that has `source` to one that has `target`."""

    license_type: str
    count: int
    source: int
    target: int

    @property
    def is_too_much(self) -> bool:
        return self.count > self.source


def going(counts: Mapping[str, int], source: Mapping[str, int], target: Mapping[str, int]) -> list[Going]:
    """A line for each type; one that a side does not have counts as none there."""
    return [Going(name, count, source.get(name, 0), target.get(name, 0)) for name, count in sorted(counts.items())]


def counted(form: Form) -> dict[str, int]:
    """The counts of a form that say something; whatever is no number of licenses says nothing."""
    said = {name: text for name, text in form.beginning(COUNT).items() if text.isascii() and text.isdecimal()}
    return {name: count for name, text in said.items() if 0 < (count := int(text[:9])) <= MOST}


def typed(form: Form) -> dict[str, str]:
    """The counts just as they were typed, for a form that is shown again."""
    return form.beginning(COUNT)
