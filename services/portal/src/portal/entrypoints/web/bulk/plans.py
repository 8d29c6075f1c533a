"""From a file to lines that can be sent: what each says, what it means to the ledger, and what speaks against it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.adapters.apis import Asking
from portal.entrypoints.web.bulk.csv_files import CsvFile, FileWrong, written
from portal.entrypoints.web.bulk.facts import Facts
from portal.entrypoints.web.bulk.jobs import Job, refuse_closed
from portal.entrypoints.web.bulk.lines import BATCH, PROBLEM, WHY, Line, key_of
from portal.entrypoints.web.serials import only_serial
from portal.entrypoints.web.two_sides import MOST
from portal.entrypoints.web.words import Words

_WITHOUT_ZEROS = re.compile("9033[0-9]{6}")
"""A serial of which a spreadsheet has made a number."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of a file, and the facts as they would be after them."""

    job: Job
    file: CsvFile
    batch: str
    lines: Sequence[Line]
    facts: Facts

    @property
    def sent(self) -> list[Line]:
        return [one for one in self.lines if one.is_sent]

    @property
    def is_final(self) -> bool:
        """Whether anything that is sent can't be undone."""
        return any(self.job.is_final or one.command.get("confirm_final") for one in self.sent)

    def changes(self) -> list[tuple[str, str, int, int]]:
        """Which balances the lines change: project, type, free before, free after."""
        before, names = self.facts.before, self.facts.names
        return [
            (names[project], name, before[project].get(name, 0), count)
            for project, free in sorted(self.facts.free.items(), key=lambda one: names[one[0]])
            for name, count in sorted(free.items())
            if count != before[project].get(name, 0)
        ]

    def failed(self, lines: Iterable[dict[str, str]]) -> str:
        """The table of what failed: the columns of the file, then why; empty without any."""
        of_file = (name for name in self.file.columns if name not in (BATCH, PROBLEM, WHY))
        cells = list(lines)
        return written((*of_file, BATCH, PROBLEM, WHY), cells, self.file.separator) if cells else ""


async def planned(api: Asking, job: Job, file: CsvFile, *, project: str, batch: str, _: Words) -> Plan:
    """What the lines would do now; `project` and `batch` are those of lines that name none. Raises FileWrong."""
    facts = Facts(api, job.right)
    await facts.learn_types()
    _check_columns(job, file, facts, _)
    lines = [_typed(Line(number, cells, cells.get(BATCH) or batch), job, project, _) for number, cells in file.lines]
    for line in lines:
        _count(line, job, facts, _)
    right = [one for one in lines if one.is_sent]
    named = {typed for one in right for typed in (one.project, one.target) if typed}
    await facts.learn(named, {one.serial for one in right if one.serial})
    for line in right:
        _find_projects(line, job, facts, _)
        if line.is_sent:
            job.judge(line, facts, _)
    _refuse_twins(lines, _)
    return Plan(job, file, batch, lines, facts)


def _check_columns(job: Job, file: CsvFile, facts: Facts, _: Words) -> None:
    needed = [name for name in job.columns if name != "project"]
    if missing := next((name for name in needed if name not in file.columns), None):
        raise FileWrong(_("The column «{name}» is missing. Take the example file.", name=missing))
    types = [name for name in file.columns if name in facts.types and name not in job.columns]
    known = {*job.columns, *types, BATCH, PROBLEM, WHY, ""}
    if strange := next((name for name in file.columns if name not in known), None):
        raise FileWrong(_("«{name}» is neither a column of this job nor a license type.", name=strange))
    if wrong := next((one for name in types if (one := facts.types[name])["license_class"] not in job.classes), None):
        raise FileWrong(_("{name} is of a class with which this can't be done.", name=wrong["license_type"]))
    if job.classes and not types:
        raise FileWrong(_("There is no column with a license type, such as Port11."))


def _typed(line: Line, job: Job, project: str, _: Words) -> Line:
    """The line with what its cells say."""
    said = line.cells
    if job.needs_project:
        line.project = said.get("project") or project
        if not line.project:
            line.refuse(_("It names no project."))
    if "serial" in job.columns:
        typed = said.get("serial", "")
        line.serial = only_serial(f"00{typed}" if _WITHOUT_ZEROS.fullmatch(typed) else typed) or ""
        if not line.serial:
            line.refuse(_("«{typed}» is no whole serial.", typed=typed))
    if "target" in job.columns:
        line.target = said.get("target", "")
        if not line.target:
            line.refuse(_("It names no project where they go."))
    if "document" in job.columns:
        line.document = said.get("document", "")
        if not line.document:
            line.refuse(_("It has no return document."))
    if "activation_key" in job.columns:
        line.activation_key = said.get("activation_key", "")
        if not line.activation_key:
            line.refuse(_("It has no key."))
    if "version" in job.columns:
        typed = said.get("version", "")
        line.version = int(typed) if re.fullmatch("[0-9]{1,3}", typed) else 0
        if not line.version:
            line.refuse(_("«{typed}» is no version, such as 11.", typed=typed))
    return line


def _count(line: Line, job: Job, facts: Facts, _: Words) -> None:
    if not job.classes:
        return
    for name, typed in line.cells.items():
        if not typed or name in job.columns or name not in facts.types:
            continue
        if not re.fullmatch("[0-9]{1,9}", typed) or int(typed) > MOST:
            line.refuse(_("«{typed}» is no number of licenses up to {most}.", typed=typed, most=MOST))
        elif int(typed):
            line.counts[facts.types[name]["license_type"]] = int(typed)
    if not line.counts:
        line.refuse(_("It has no count."))


def _find_projects(line: Line, job: Job, facts: Facts, _: Words) -> None:
    """Put ids in the place of names."""
    if job.needs_project:
        line.project = _found(line, line.project, facts, _)
    if line.target:
        line.target = _found(line, line.target, facts, _)


def _found(line: Line, typed: str, facts: Facts, _: Words) -> str:
    found = facts.projects[typed]
    if len(found) != 1:
        more = _("More than one project is called «{name}». Give its id, from the address of its page.", name=typed)
        none = _("There is no project «{name}».", name=typed)
        line.refuse(more if found else none)
        return ""
    refuse_closed(line, found[0]["project"], facts, _)
    return found[0]["project"]


def _refuse_twins(lines: Sequence[Line], _: Words) -> None:
    """The same twice in a batch is done once, so say so before."""
    first = dict[str, int]()
    for line in lines:
        if line.is_sent:
            earlier = first.setdefault(key_of(line.batch, line.command), line.number)
            if earlier != line.number:
                why = _("It says the same as line {line}. Put both into one, or name another batch.", line=earlier)
                line.refuse(why)
