"""What can be done to many things at once: the columns of each job, and what becomes of a line of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.fields import Right
from licensing_client.api import WantedLicenses
from portal.entrypoints.web.bulk.facts import Facts
from portal.entrypoints.web.bulk.lines import Line
from portal.entrypoints.web.return_documents import COLUMNS, in_base64, serial_of
from portal.entrypoints.web.upgrades import upgrades, versions
from portal.entrypoints.web.words import Words

ON_DEVICES = frozenset({"pbx", "gateway"})
FINAL = frozenset({"gateway"})
"""Classes that a line puts on a device for good."""

Judge = Callable[[Line, Facts, Words], None]


@dataclass(frozen=True, slots=True)
class Job:
    """`columns` are those that each line needs, or that name its project; `classes` those whose types are columns.

    `judge` says what speaks against a line, and which command it is. Titles and hints are English.
    """

    name: str
    title: str
    hint: str
    columns: tuple[str, ...]
    example: tuple[tuple[str, ...], ...]
    judge: Judge
    classes: frozenset[str] = frozenset()
    types: tuple[str, ...] = ()
    """Columns of types in the example."""
    needs_project: bool = True
    """Whether the project that is chosen in the form stands for lines that name none."""
    is_final: bool = False
    """Whether no line of it can be undone."""
    right: Right = "licenses"
    """What each line needs in its project."""
    is_entry: bool = True
    """Whether each line becomes an entry of the ledger."""


def _allocate(line: Line, facts: Facts, _: Words) -> None:
    """The device is added first where it is in no project."""
    device = facts.devices[line.serial]
    if device is None:
        line.note = _("It is added to the project first.")
        line.first = {"name": "add-device", "project": line.project, "serial": line.serial}
    elif device["project"] != line.project:
        where = facts.names.get(device["project"], "")
        line.refuse(_("The device is in «{project}».", project=where), "device_not_in_project")
    _take(line, facts.free[line.project], _)
    line.command = {
        "name": "allocate-licenses",
        "project": line.project,
        "serial": line.serial,
        "licenses": wanted(line.counts),
        "confirm_final": any(facts.types[name.lower()]["license_class"] in FINAL for name in line.counts),
    }


def _redeem(line: Line, _facts: Facts, _: Words) -> None:
    """What the key stands for is asked of all lines at once, afterwards."""
    line.command = {"name": "redeem-activation-key", "activation_key": line.activation_key, "project": line.project}


def _take_back(line: Line, facts: Facts, _: Words) -> None:
    if not _in_its_project(line, facts, _):
        return
    if _take(line, facts.on_device[line.serial], _):
        _bring(facts.free[line.project], line.counts)
    line.command = {
        "name": "deallocate-licenses",
        "project": line.project,
        "serial": line.serial,
        "licenses": wanted(line.counts),
    }


def _return(line: Line, facts: Facts, _: Words) -> None:
    """What comes back is what stands on the device by then; the document says only that it gave up."""
    if not _in_its_project(line, facts, _):
        return
    if serial_of(in_base64(line.document)) != line.serial:
        line.refuse(_("This is no return document of this device."), "document_malformed")
        return
    device = facts.devices[line.serial]
    pbx = [one for one in device["licenses"] if one["license_class"] == "pbx"] if device else []
    line.counts = {one["license_type"]: one["count"] for one in pbx}
    if _take(line, facts.on_device[line.serial], _):
        _bring(facts.free[line.project], line.counts)
    line.command = {"name": "return-licenses", "serial": line.serial, "document": line.document}


def _move_device(line: Line, facts: Facts, _: Words) -> None:
    target = line.project
    if not _in_its_project(line, facts, _):
        return
    line.target = target
    if line.project == target:
        line.doubt(_("It is in this project already."))
    line.command = {"name": "move-device", "serial": line.serial, "project": target}


LABEL = {"name": "own_name", "place": "place", "reference": "reference"}
"""Columns of a label, and what the API calls them."""


def _label(line: Line, facts: Facts, _: Words) -> None:
    if not _in_its_project(line, facts, _):
        return
    words = {member: line.cells[column] for column, member in LABEL.items() if line.cells.get(column)}
    line.note = " · ".join(words.values())
    if not words:
        line.doubt(_("It says nothing: what the device was called is erased."))
    line.command = {"name": "label-device", "serial": line.serial, **words}


def _upgrade(line: Line, facts: Facts, _: Words) -> None:
    if not _in_its_project(line, facts, _):
        return
    types = facts.types.values()
    on_device = facts.on_device[line.serial]
    line.counts = {one.license_type: one.count for one in upgrades(on_device, types, line.version)}
    if line.version not in versions(types):
        line.refuse(_("There are no licenses of version {version}.", version=line.version), "version_unreleased")
    elif not line.counts:
        line.doubt(_("Nothing older than version {version} is on it.", version=line.version))
    line.command = {
        "name": "upgrade-licenses",
        "project": line.project,
        "serial": line.serial,
        "version": line.version,
    }


def _transfer(line: Line, facts: Facts, _: Words) -> None:
    if line.project == line.target:
        line.refuse(_("It names one project twice."))
    if _take(line, facts.free[line.project], _):
        _bring(facts.free[line.target], line.counts)
    line.command = {
        "name": "move-licenses",
        "project": line.project,
        "target": line.target,
        "licenses": wanted(line.counts),
    }


_JOBS = (
    Job(
        "allocate",
        "Allocate licenses to many devices",
        "A line for each device, a column for each license type. A device that is in no project is added to yours.",
        ("serial", "project"),
        (("00:90:33:04:c1:01", "", "20", "2"), ("00:90:33:04:c1:02", "", "8", "")),
        _allocate,
        ON_DEVICES,
        ("Port11", "Voicemail11"),
    ),
    Job(
        "redeem",
        "Redeem many keys",
        "A line for each activation key, and the project where its licenses go.",
        ("activation_key", "project"),
        (("XXXX-XXXX-XXXX-XXXX", ""), ("XXXX-XXXX-XXXX-XXXX", "")),  # how a key is written, and nobody's key
        _redeem,
    ),
    Job(
        "transfer",
        "Move licenses to many projects",
        "A line for each project that gets some, a column for each license type.",
        ("target", "project"),
        (("Klinik am See", "", "20", "2"), ("Stadtwerke Ulm", "", "8", "")),
        _transfer,
        frozenset({"pbx", "gateway", "warranty", "service"}),
        ("Port11", "Voicemail11"),
    ),
    Job(
        "move",
        "Move many devices",
        "A line for each device, and the project where it goes with all that is on it.",
        ("serial", "project"),
        (("00:90:33:04:c1:01", ""), ("00:90:33:04:c1:02", "")),
        _move_device,
    ),
    Job(
        "take-back",
        "Take licenses back from many devices",
        "A line for each device whose license file has not left yet, a column for each license type.",
        ("serial",),
        (("00:90:33:04:c1:01", "20", "2"), ("00:90:33:04:c1:02", "8", "")),
        _take_back,
        frozenset({"pbx"}),
        ("Port11", "Voicemail11"),
        needs_project=False,
    ),
    Job(
        "return",
        "Return the licenses of many devices",
        "Choose the return documents that the boxes have saved, or send a table with a line for each of them.",
        COLUMNS,
        (("00:90:33:04:c1:01", "PGxpY2Vuc2UtcmV0dXJu..."), ("00:90:33:04:c1:02", "PGxpY2Vuc2UtcmV0dXJu...")),
        _return,
        needs_project=False,
        is_final=True,
        right="return",
    ),
    Job(
        "upgrade",
        "Upgrade many devices",
        "A line for each device, and the version that its PBX licenses shall have. Software service has to run.",
        ("serial", "version"),
        (("00:90:33:04:c1:01", "11"), ("00:90:33:04:c1:02", "11")),
        _upgrade,
        needs_project=False,
        is_final=True,
    ),
    Job(
        "label",
        "Label many devices",
        "A line for each device: a name, a place and a reference of your own. It replaces what is there.",
        ("serial", *LABEL),
        (
            ("00:90:33:04:c1:01", "Reception", "Vienna, rack 2", "INV-00417"),
            ("00:90:33:04:c1:02", "", "Vienna, rack 3", ""),
        ),
        _label,
        needs_project=False,
        is_entry=False,
    ),
)
JOBS: Mapping[str, Job] = {job.name: job for job in _JOBS}
WORDS = frozenset(said for job in JOBS.values() for said in (job.title, job.hint))
"""What has to be there in every language."""


def wanted(counts: Mapping[str, int]) -> list[WantedLicenses]:
    """Counts as a command has them."""
    return [{"license_type": name, "count": count} for name, count in counts.items()]


def refuse_closed(line: Line, project: str, facts: Facts, _: Words) -> None:
    """Say that the visitor may not do it in the project, if so."""
    if project in facts.closed:
        name = facts.names[project]
        line.refuse(_("You may not do this in «{name}». Ask an administrator for the right.", name=name), "no_right")


def _in_its_project(line: Line, facts: Facts, _: Words) -> bool:
    """Fill in the project of a device that has to be in one."""
    device = facts.devices[line.serial]
    if device is None:
        line.refuse(_("There is no such device in your projects."), "device_unknown")
        return False
    line.project = device["project"]
    refuse_closed(line, line.project, facts, _)
    return True


def _take(line: Line, there: dict[str, int], _: Words) -> bool:
    """Take what the line asks for, if it is there; otherwise say what is missing, and take nothing."""
    if not line.is_sent:
        return False
    short = [(name, count) for name, count in line.counts.items() if count > there.get(name, 0)]
    for name, count in short:
        line.doubt(
            _("{wanted} {name} are asked for, {there} are there.", wanted=count, name=name, there=there.get(name, 0))
        )
    if not short:
        for name, count in line.counts.items():
            there[name] -= count
    return not short


def _bring(there: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        there[name] = there.get(name, 0) + count
