"""Labels of projects and devices, and notes on entries: beside the log, so none of these is a command (rule X12)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from ledger.application.labels import Kept, LabelChanged, LabelFrozen, Thing, Words
from ledger.application.queries.labels import (
    DeviceLabelsView,
    DeviceLabelView,
    ErasedLabelsView,
    KeptLabelView,
    KeptNoteView,
)
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import ProjectOfPath, SerialOfPath
from ledger.entrypoints.api.models.labels import LabelBody, NoteBody
from runtime.web.conditional_requests import IfNoneMatch, named_tags, not_modified_or
from runtime.web.consistency import Reached
from runtime.web.path_values import serial_of
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1", tags=["labels"])

MOST_DEVICES = 200
"""As many as a page of a list has."""
SequenceOfPath = Annotated[int, Path(ge=1, le=MAX_SEQUENCE)]


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(description="The ETag of the answer that was changed; 412 if somebody else has written there since."),
    ] = None,
) -> frozenset[str] | None:
    return None if if_match is None else named_tags(if_match)


IfMatch = Annotated[frozenset[str] | None, Depends(_if_match)]


async def _serials(
    serial: Annotated[
        list[str],
        Query(
            min_length=1,
            max_length=MOST_DEVICES,
            description="A device; may be repeated.",
            examples=[["009033010203", "009033010204"]],
        ),
    ],
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(serial_of(one) for one in serial))


@router.get("/device-labels", dependencies=[Reached])
async def list_device_labels(
    serials: Annotated[tuple[str, ...], Depends(_serials)], services: TheServices, caller: TheCaller
) -> DeviceLabelsView:
    """What people call some devices: for whoever shows what names devices by their serials alone."""
    found = await services.labels.of_devices(caller.viewer, serials)
    views = (
        DeviceLabelView(serial=serial, own_name=said.own_name, place=said.place, reference=said.reference)
        for serial, said in found.items()
    )
    return DeviceLabelsView(items=list(views))


@router.get("/devices/{serial}/label", dependencies=[Reached], response_model=KeptLabelView)
async def get_device_label(
    serial: SerialOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """What people of its project call a device. Another company to which it goes never reads that."""
    kept = require_found(await services.labels.read(caller.viewer, _device(serial)), "device_unknown")
    return _label(kept, known)


@router.put("/devices/{serial}/label", dependencies=[Reached], response_model=KeptLabelView)
async def label_device(
    serial: SerialOfPath, body: LabelBody, expected: IfMatch, services: TheServices, caller: TheCaller
) -> Response:
    """Say what people call a device, in the place of what was said before; nothing at all takes the label away.

    With the right `licenses` in its project. The label goes along to another project of the company.
    """
    return _label(require_found(await _written(services, caller, _device(serial), body, expected), "device_unknown"))


@router.delete("/devices/{serial}/label", dependencies=[Reached], response_model=KeptLabelView)
async def erase_device_label(serial: SerialOfPath, services: TheServices, caller: TheCaller) -> Response:
    """Take the label of a device away, for good; again is harmless. Also for the vendor's staff."""
    return _label(require_found(await services.labels.erase(caller.viewer, _device(serial)), "device_unknown"))


@router.get("/projects/{project}/label", dependencies=[Reached], response_model=KeptLabelView)
async def get_project_label(
    project: ProjectOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """What people call a project besides its name, which is in the log."""
    kept = require_found(await services.labels.read(caller.viewer, _project(project)), "project_unknown")
    return _label(kept, known)


@router.put("/projects/{project}/label", dependencies=[Reached], response_model=KeptLabelView)
async def label_project(
    project: ProjectOfPath, body: LabelBody, expected: IfMatch, services: TheServices, caller: TheCaller
) -> Response:
    """Say what people call a project, in the place of what was said before; nothing at all takes the label away.

    With the right `licenses` in it.
    """
    return _label(require_found(await _written(services, caller, _project(project), body, expected), "project_unknown"))


@router.delete("/projects/{project}/label", dependencies=[Reached], response_model=KeptLabelView)
async def erase_project_label(project: ProjectOfPath, services: TheServices, caller: TheCaller) -> Response:
    """Take the label of a project away, for good; again is harmless. Also for the vendor's staff."""
    return _label(require_found(await services.labels.erase(caller.viewer, _project(project)), "project_unknown"))


@router.delete("/projects/{project}/labels", dependencies=[Reached])
async def erase_project_labels(project: ProjectOfPath, services: TheServices, caller: TheCaller) -> ErasedLabelsView:
    """Take all labels and notes of a project away, for good, those of devices that have left it among them.

    For the company's administrators and the vendor's staff.
    """
    erased = require_found(await services.labels.erase_all(caller.viewer, project), "project_unknown")
    return ErasedLabelsView(project=project, erased=erased)


@router.get("/projects/{project}/notes/{sequence}", dependencies=[Reached], response_model=KeptNoteView)
async def get_note(
    project: ProjectOfPath, sequence: SequenceOfPath, known: IfNoneMatch, services: TheServices, caller: TheCaller
) -> Response:
    """What a project says of an entry that concerns it. An entry of two projects may have a note of each."""
    kept = require_found(await services.labels.read(caller.viewer, _entry(project, sequence)), "entry_not_found")
    return _note(kept, sequence, known)


@router.put("/projects/{project}/notes/{sequence}", dependencies=[Reached], response_model=KeptNoteView)
async def note_entry(
    project: ProjectOfPath,
    sequence: SequenceOfPath,
    body: NoteBody,
    expected: IfMatch,
    services: TheServices,
    caller: TheCaller,
) -> Response:
    """Note something on an entry that concerns the project, such as an allocation, a transfer or a return.

    With the right `licenses` or `return` in it. Who sees the project reads the note with the entry, and nobody else.
    """
    kept = await _written(services, caller, _entry(project, sequence), body, expected)
    return _note(require_found(kept, "entry_not_found"), sequence)


@router.delete("/projects/{project}/notes/{sequence}", dependencies=[Reached], response_model=KeptNoteView)
async def erase_note(
    project: ProjectOfPath, sequence: SequenceOfPath, services: TheServices, caller: TheCaller
) -> Response:
    """Take a note away, for good; again is harmless. Also for the vendor's staff."""
    kept = await services.labels.erase(caller.viewer, _entry(project, sequence))
    return _note(require_found(kept, "entry_not_found"), sequence)


def _device(serial: str) -> Thing:
    return Thing("device", serial)


def _project(project: str) -> Thing:
    return Thing("project", project)


def _entry(project: str, sequence: int) -> Thing:
    return Thing("entry", str(sequence), project)


async def _written(
    services: Services, caller: LedgerCaller, thing: Thing, body: LabelBody | NoteBody, expected: frozenset[str] | None
) -> Kept | None:
    try:
        return await services.labels.write(caller.viewer, thing, Words(**body.model_dump()), expected)
    except LabelChanged:
        raise Refused("label_changed") from None
    except LabelFrozen:
        raise Refused("project_archived") from None


def _label(kept: Kept, known: str = "") -> Response:
    words = {name: said for name, said in kept.words._asdict().items() if name != "note"}
    view = KeptLabelView(project=kept.project, changed=kept.changed, changed_by=kept.changed_by, **words)
    return not_modified_or(known, kept.tag, view.model_dump_json().encode(), "application/json")


def _note(kept: Kept, sequence: int, known: str = "") -> Response:
    view = KeptNoteView(
        project=kept.project,
        sequence=sequence,
        note=kept.words.note,
        changed=kept.changed,
        changed_by=kept.changed_by,
    )
    return not_modified_or(known, kept.tag, view.model_dump_json().encode(), "application/json")
