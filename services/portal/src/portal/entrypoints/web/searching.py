"""One search over everything that has a name or a number: the ledger's, the cases' and the names of companies."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.codes import activation_key
from contracts.codes.code_hint import hint_of
from licensing_client.api import HitView, SearchView
from licensing_client.cases_api import SummaryView
from portal.adapters.apis import Asking, ask, unless_away
from portal.application.accounts import Accounts
from portal.entrypoints.web.dependencies import Visit

MOST_TYPED = 80
"""Characters that the ledger takes."""
MOST_OF_A_KIND = 10
_RMA = re.compile(r"RMA-[0-9]{4}-[0-9]{6}")
_SERIAL = re.compile(r"(?:[0-9A-Fa-f][:.\- ]?){3,12}")
"""Three digits of a serial or more: two are in almost every one."""
MOST_OF_REFERENCE = 64
_PAGES: Mapping[str, str] = {
    "devices": "/staff/devices/",
    "projects": "/projects/",
    "companies": "/staff/companies/",
    "activation-keys": "/staff/keys/",
    "corrections": "/staff/corrections/",
}
"""Where staff finds what an entry is about."""
_CASES = ("case", "support_case")
"""Kinds of what is about a device."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something to open, or without an address only to read. `case` is an RMA, whose state a list shows."""

    label: str
    address: str
    note: str = ""
    is_serial: bool = False
    called: str = ""
    """What people of its project call it: what matches, or else its name."""
    case: SummaryView | None = None


class Group(NamedTuple):
    kind: str
    found: Sequence[Found]
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What was found, kind by kind, and who did not answer."""

    groups: Sequence[Group]
    exact: Found | None
    is_ledger_away: bool
    are_cases_away: bool

    @property
    def devices_of_cases(self) -> list[str]:
        """Devices that are named with the cases that were found."""
        return [one.case["serial"] for group in self.groups for one in group.found if one.case]


def key_named_by(text: str) -> str | None:
    """The digest of the activation key that was typed whole; None if it is something else."""
    try:
        return activation_key.digest(activation_key.normalise(text))
    except activation_key.KeyMalformed:
        return None


async def search(visit: Visit, accounts: Accounts, text: str) -> Results:
    """Ask all who may know, side by side; who does not answer is named, and the rest stands."""
    found, cases, companies = await asyncio.gather(
        unless_away(ask(visit.api.ledger.search, q=text, limit=MOST_OF_A_KIND, at_least=visit.api.at_least)),
        unless_away(_cases(visit.api, text)),
        _companies(visit, accounts, text),
    )
    groups = [*_of_ledger(found, is_staff=visit.is_staff), *_of_cases(cases), *companies]
    return Results(
        groups=groups,
        exact=_exact(groups, text),
        is_ledger_away=found is None,
        are_cases_away=cases is None,
    )


def _of_ledger(found: SearchView | None, *, is_staff: bool) -> list[Group]:
    if found is None:
        return []
    kinds = dict[str, list[Found]]()
    for hit in found["items"]:
        kinds.setdefault(_kind(hit), []).append(_found(hit, is_staff=is_staff))
    return [Group(kind, hits, kind.removesuffix("_order") in found["more"]) for kind, hits in kinds.items()]


def _kind(hit: HitView) -> str:
    """A key is found by its hint, which everybody reads, or by its order, which only staff does."""
    is_by_order = hit["kind"] == "activation_key" and hit["label"] != hint_of(hit["id"])
    return "activation_key_order" if is_by_order else hit["kind"]


def _found(hit: HitView, *, is_staff: bool) -> Found:
    note, address = hit["project_name"] or "", f"/projects/{hit['project']}"
    match hit["kind"]:
        case "device":
            address = f"/devices/{hit['id']}"
        case "project":
            note = ""
        case "activation_key" if is_staff:
            address = f"/staff/keys/{hit['id']}"
        case "activation_key":
            pass
        case "support_case":
            address, note = f"/cases/{hit['id']}", hit["id"] if hit["label"] != hit["id"] else ""
        case "delivered_device":
            address = f"/staff/devices/{hit['id']}"
        case "entry":
            kind, _, name = hit["subject"].partition("/")
            address = f"{_PAGES[kind]}{name}" if kind in _PAGES else ""
            note = hit["id"]
    is_serial = hit["kind"] in ("device", "delivered_device")
    label = hit["id"] if is_serial else hit["label"]
    if hit["kind"] == "project":
        label = hit["project_name"] or label
    return Found(label, address, note, is_serial, _called(hit, label))


def _called(hit: HitView, label: str) -> str:
    """The words of its label that match, or the first of them."""
    if hit["label"] != label:
        return hit["label"]
    words = hit.get("called")
    return "" if words is None else words["own_name"] or words["place"] or words["reference"] or ""


async def _cases(api: Asking, text: str) -> list[SummaryView]:
    """Cases by their number, part of a serial, or the reference that their company gave them."""
    number = _RMA.fullmatch(text.upper())
    wanted: list[dict[str, Any]] = [{"rma": number[0]}] if number else []
    if not number and _SERIAL.fullmatch(text):
        wanted.append({"serial": text})
    if not number and len(text) <= MOST_OF_REFERENCE:
        wanted.append({"reference": text})
    pages = await asyncio.gather(*(ask(api.cases.find_cases, limit=MOST_OF_A_KIND, **one) for one in wanted))
    return list({one["rma"]: one for page in pages for one in page["items"]}.values())


def _of_cases(cases: list[SummaryView] | None) -> list[Group]:
    found = [Found(one["rma"], f"/rmas/{one['rma']}", one["reference"] or "", case=one) for one in cases or ()]
    return [Group("case", found)] if found else []


async def _companies(visit: Visit, accounts: Accounts, text: str) -> list[Group]:
    """Companies by part of their name, which only the portal knows, for staff."""
    if not visit.is_staff:
        return []
    names = await accounts.companies_named(text, MOST_OF_A_KIND)
    found = [Found(name, f"/staff/companies/{company}") for company, name in names.items()]
    return [Group("company", found)] if found else []


def _exact(groups: Sequence[Group], text: str) -> Found | None:
    """What is meant: the only one that was found, that is called exactly so, or the only device beside its cases."""
    all_of_them = [one for group in groups for one in group.found if one.address]
    called_so = [one for one in all_of_them if _plain(text) in (_plain(one.label), _plain(one.called))]
    but_cases = [one for group in groups if group.kind not in _CASES for one in group.found if one.address]
    devices = but_cases if all(one.is_serial for one in but_cases) else []
    return next((some[0] for some in (all_of_them, called_so, devices) if len(some) == 1), None)


def _plain(text: str) -> str:
    return re.sub(r"[\s:.\-]", "", text).casefold()
