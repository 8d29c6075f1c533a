"""The lines of linked corrections as a form has them: typed one by one, added and removed, and looked up together."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.accounts import ISSUANCE, RETIRED
from licensing_client.api import CorrectionLineBody, CorrectionLineView, LicensesView, LicenseTypeView
from portal.adapters.apis import Asking
from portal.entrypoints.web.correction_places import Place, places
from portal.entrypoints.web.forms import Form
from portal.entrypoints.web.two_sides import MOST
from portal.entrypoints.web.words import Words

LEAST_LINES, MOST_LINES = 2, 20
"""As the ledger takes them; one line is a correction of its own."""
_REMOVE = re.compile("remove-([0-9]{1,2})")


@dataclass(slots=True)
class TypedLine:
    """A line as it was typed; `error` says what is wrong with it, `choices` which projects it may mean."""

    source: str = ""
    target: str = ""
    license_type: str = ""
    count: str = ""
    error: str = ""
    choices: Sequence[Place] = field(default_factory=list[Place])

    @property
    def is_empty(self) -> bool:
        return not (self.source or self.target or self.license_type or self.count)


def typed_lines(form: Form) -> list[TypedLine]:
    """The lines of a form, as many as it may have."""
    names = ("source", "target", "license_type", "count")
    return [TypedLine(*said) for said in zip(*(form.every(name) for name in names), strict=False)][:MOST_LINES]


def changed(lines: Sequence[TypedLine], wanted: str) -> list[TypedLine]:
    """The lines after a button that adds one or removes one; never fewer than there have to be."""
    gone = int(found[1]) if (found := _REMOVE.fullmatch(wanted)) else -1
    left = [line for number, line in enumerate(lines) if number != gone]
    missing = max(LEAST_LINES - len(left), 1 if wanted == "add" else 0)
    return [*left, *(TypedLine() for _ in range(missing))][:MOST_LINES]


@dataclass(frozen=True, slots=True)
class Found:
    """What the lines mean, and the places between which they go."""

    lines: Sequence[CorrectionLineView]
    known: Mapping[str, Place]

    def bodies(self) -> list[CorrectionLineBody]:
        """The lines as the API takes them."""
        return [
            {
                "source": one["source"],
                "target": one["target"],
                "licenses": [{"license_type": of["license_type"], "count": of["count"]} for of in one["licenses"]],
            }
            for one in self.lines
        ]


async def looked_up(
    api: Asking, lines: Sequence[TypedLine], types: Sequence[LicenseTypeView], _: Words
) -> Found | None:
    """What all lines mean; or None, and each wrong line says why."""
    catalog = {one["license_type"].lower(): one for one in types}
    found = await asyncio.gather(*(_sides(api, line) for line in lines))
    views, known = list[CorrectionLineView](), dict[str, Place]()
    for line, (froms, tos) in zip(lines, found, strict=True):
        line.error, line.choices = _wrong(line, froms, tos, catalog, _)
        if line.error:
            continue
        known |= {one.account: one for one in (*froms, *tos)}
        one = catalog[line.license_type.lower()]
        licenses: LicensesView = {
            "license_type": one["license_type"],
            "license_class": one["license_class"],
            "count": int(line.count),
        }
        views.append({"source": froms[0].account, "target": tos[0].account, "licenses": [licenses]})
    return None if len(views) < len(lines) else Found(views, known)


async def _sides(api: Asking, line: TypedLine) -> tuple[list[Place], list[Place]]:
    froms, tos = await asyncio.gather(
        places(api, line.source, nowhere=ISSUANCE), places(api, line.target, nowhere=RETIRED)
    )
    return froms, tos


def _wrong(
    line: TypedLine, froms: Sequence[Place], tos: Sequence[Place], catalog: Mapping[str, LicenseTypeView], _: Words
) -> tuple[str, Sequence[Place]]:
    """What is wrong with a line, and the projects among which to choose."""
    if not line.source and not line.target:
        return _("Name at least one side."), ()
    for name, found in ((line.source, froms), (line.target, tos)):
        if not found:
            return _("There is no device or project «{name}».", name=name), ()
        if len(found) > 1:
            return _("More than one project is called so. Copy the one that you mean."), found
    if line.license_type.lower() not in catalog:
        return _("There is no license type «{name}».", name=line.license_type), ()
    if not re.fullmatch("[0-9]{1,9}", line.count) or not 0 < int(line.count) <= MOST:
        return _("«{typed}» is no number of licenses up to {most}.", typed=line.count, most=MOST), ()
    return "", ()
