"""Where a correction takes licenses from and puts them: as a person types it, and as a page shows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from contracts.accounts import ISSUANCE, RETIRED, device_account, project_account
from contracts.identifiers import SERIAL_PATTERN, UUID_PATTERN
from licensing_client import Problem
from licensing_client.api import CorrectionLineView, CorrectionView, LabelView, LicensesView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.serials import only_serial

MOST_CHOICES = 10
"""Projects of one name among which one chooses; more of them want more of the name."""
Kind = Literal["project", "device", "nowhere", "gone"]
_DEVICE, _PROJECT = device_account(""), project_account("")
_SIDE = re.compile(f"^({_PROJECT}{UUID_PATTERN.strip('^$')}|{_DEVICE}{SERIAL_PATTERN.strip('^$')})$")


@dataclass(frozen=True, slots=True)
class Place:
    """One side of a correction. `account` is how the ledger names it; `gone` is a device that is in no project."""

    account: str
    kind: Kind
    name: str = ""
    """Of the project, or the serial of the device."""
    company: str = ""
    held: dict[str, int] = field(default_factory=dict[str, int])
    label: LabelView | None = None
    """What people call the device."""

    @property
    def address(self) -> str:
        """Where its page is; empty for nowhere."""
        ident = self.account.partition("/")[2]
        return {"project": f"/projects/{ident}", "device": f"/devices/{ident}"}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Moved:
    """A license type of a correction; a side that is nowhere, or that is not looked up, has no number."""

    license_type: str
    count: int
    source: int | None
    target: int | None

    @property
    def is_too_much(self) -> bool:
        return self.source is not None and self.count > self.source


async def places(api: Asking, typed: str, *, nowhere: str) -> list[Place]:
    """What was meant: a serial, an id, or how the name of a project begins; nothing typed is `nowhere`."""
    if typed in ("", nowhere):
        return [Place(nowhere, "nowhere")]
    if typed.startswith((_DEVICE, _PROJECT)):
        return [found] if (found := await place(api, typed)).kind != "gone" else []
    if re.fullmatch(UUID_PATTERN, typed.lower()):
        return await places(api, project_account(typed.lower()), nowhere=nowhere)
    serial = only_serial(typed)
    if serial and (found := await place(api, device_account(serial))).kind == "device":
        return [found]
    page = await ask(api.ledger.list_projects, project_name=typed, limit=MOST_CHOICES, at_least=api.at_least)
    exact = [one for one in page["items"] if one["project_name"].lower() == typed.lower()]
    return [await place(api, project_account(one["project"])) for one in (exact or page["items"])]


async def place(api: Asking, account: str) -> Place:
    """The place as it is now, with what it holds."""
    kind, _, ident = account.partition("/")
    if account in (ISSUANCE, RETIRED):
        return Place(account, "nowhere")
    if not _SIDE.match(account):
        return Place(account, "gone", ident)
    try:
        if kind == "device":
            device = await ask(api.ledger.get_device, ident, at_least=api.at_least)
            project = await ask(api.ledger.get_project, device["project"], at_least=api.at_least)
            held, label = _held(device["licenses"]), device.get("label")
            return Place(account, "device", ident, project["company"], held, label)
        project = await ask(api.ledger.get_project, ident, at_least=api.at_least)
        balance = await ask(api.ledger.get_balance, ident, at_least=api.at_least)
    except Problem as problem:
        if problem.status not in (404, 409):  # 409 for a device that was replaced
            raise
        return Place(account, "gone", ident)
    return Place(account, "project", project["project_name"], project["company"], _held(balance["free"]))


def moved(counts: Iterable[tuple[str, int]], source: Place, target: Place) -> list[Moved]:
    """A line for each type, with what each side has before."""
    return [Moved(name, count, _count(source, name), _count(target, name)) for name, count in counts]


def sides(correction: CorrectionView) -> set[str]:
    """All accounts between which the lines of a correction go; none for one of a delivery."""
    return {side for line in correction["lines"] for side in (line["source"], line["target"])}


def line_by_line(
    said: Iterable[CorrectionLineView], known: Mapping[str, Place]
) -> list[tuple[Place, Place, list[Moved]]]:
    """From where, to where, and what, for each line: what a side has before is what the lines above leave there."""
    held = {account: dict(one.held) for account, one in known.items()}
    lines = list[tuple[Place, Place, list[Moved]]]()
    for line in said:
        source, target = (replace(known[side], held=dict(held[side])) for side in (line["source"], line["target"]))
        counts = [(one["license_type"], one["count"]) for one in line["licenses"]]
        lines.append((source, target, moved(counts, source, target)))
        for name, count in counts:
            held[source.account][name] = source.held.get(name, 0) - count
            held[target.account][name] = target.held.get(name, 0) + count
    return lines


def _count(side: Place, license_type: str) -> int | None:
    return None if side.kind == "nowhere" else side.held.get(license_type, 0)


def _held(lines: Sequence[LicensesView]) -> dict[str, int]:
    return {line["license_type"]: line["count"] for line in lines if line["count"]}
