"""Labels of projects and devices, and notes on entries: what people write beside the ledger, and may erase."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from contracts.identifiers import MAX_SEQUENCE
from licensing_client import Problem
from licensing_client.api import ProjectView
from licensing_client.transport import answered, segment
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import see

LABEL = ("own_name", "place", "reference")
NOTE = ("note",)
VERSION = "version"
"""The field with the ETag of what the form was filled with."""
TYPED_WRONG = 422

Erased = Annotated[int | None, Query(ge=0, le=MAX_SEQUENCE)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Written:
    """What words are about: where the API keeps them, the page of that thing, and who may write."""

    path: str
    page: str
    fields: tuple[str, ...]
    project: ProjectView
    rights: frozenset[str] = frozenset({"licenses"})
    serial: str = ""
    sequence: int = 0

    @property
    def may_write(self) -> bool:
        return not self.project["archived"] and not self.rights.isdisjoint(self.project["rights"])


@router.get("/devices/{serial}/label")
async def device_label(request: Request, visit: TheVisit, services: TheServices, serial: str) -> Response:
    """What people call a device, to be changed."""
    return await _form_page(request, visit, services, await _device(visit.api, serial))


@router.post("/devices/{serial}/label")
async def label_device(
    request: Request, visit: TheVisit, services: TheServices, serial: str, form: TheForm
) -> Response:
    """Call a device so."""
    return await _write(request, visit, services, await _device(visit.api, serial), form)


@router.get("/projects/{project}/label")
async def project_label(request: Request, visit: TheVisit, services: TheServices, project: str) -> Response:
    """What people call a project besides its name, to be changed."""
    return await _form_page(request, visit, services, await _project(visit.api, project))


@router.post("/projects/{project}/label")
async def label_project(
    request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm
) -> Response:
    """Call a project so."""
    return await _write(request, visit, services, await _project(visit.api, project), form)


@router.get("/projects/{project}/labels")
async def erasing_page(
    request: Request, visit: TheVisit, services: TheServices, project: str, erased: Erased = None
) -> Response:
    """What goes when all words of a project are erased; who has just done it reads how many there were."""
    return await _erasing_page(request, visit, services, project, erased=erased)


@router.post("/projects/{project}/labels")
async def erase_all(request: Request, visit: TheVisit, services: TheServices, project: str, form: TheForm) -> Response:
    """Take all labels and notes of a project away, for good."""
    await require_password(request, services, visit.session, form)
    try:
        done = await ask(visit.api.ledger.erase_project_labels, project, at_least=visit.api.at_least)
    except Problem as problem:
        return await _erasing_page(request, visit, services, project, refused=problem)
    return see(f"/projects/{done['project']}/labels?erased={done['erased']}")


async def _erasing_page(
    request: Request,
    visit: Visit,
    services: Services,
    project: str,
    *,
    erased: int | None = None,
    refused: Problem | None = None,
) -> Response:
    ledger, at_least = visit.api.ledger, visit.api.at_least
    found, me = await asyncio.gather(
        ask(ledger.get_project, project, at_least=at_least), ask(ledger.get_me, limit=1, at_least=at_least)
    )
    administers = any(one["administrator"] and one["company"] == found["company"] for one in me["companies"])
    return services.pages.page(
        request,
        "label_erasure.html",
        status=refused.status if refused else 200,
        project=found,
        may=me["staff"] or (administers and found["company"] == visit.company),
        erased=erased,
        refused=refused,
    )


SequenceOfPath = Annotated[int, Path(ge=1, le=MAX_SEQUENCE)]


@router.get("/projects/{project}/notes/{sequence}")
async def note(
    request: Request, visit: TheVisit, services: TheServices, project: str, sequence: SequenceOfPath
) -> Response:
    """What the project says of an entry, to be changed."""
    return await _form_page(request, visit, services, await _entry(visit.api, project, sequence))


@router.post("/projects/{project}/notes/{sequence}")
async def note_entry(
    request: Request, visit: TheVisit, services: TheServices, project: str, sequence: SequenceOfPath, form: TheForm
) -> Response:
    """Note that."""
    return await _write(request, visit, services, await _entry(visit.api, project, sequence), form)


async def noted(visit: Visit, project: str, sequence: int, text: str) -> Problem | None:
    """Note something on an entry that was just made; what speaks against the text does not undo the entry."""
    if not text:
        return None
    try:
        await ask(visit.api.ledger.note_entry, project, str(sequence), note=text, at_least=sequence)
    except Problem as problem:
        return problem
    return None


async def _device(api: Asking, serial: str) -> Written:
    device = await ask(api.ledger.get_device, serial, at_least=api.at_least)
    project = await ask(api.ledger.get_project, device["project"], at_least=api.at_least)
    name = device["serial"]
    return Written(f"/v1/devices/{segment(name)}/label", f"/devices/{name}", LABEL, project, serial=name)


async def _project(api: Asking, project: str) -> Written:
    found = await ask(api.ledger.get_project, project, at_least=api.at_least)
    name = found["project"]
    return Written(f"/v1/projects/{segment(name)}/label", f"/projects/{name}", LABEL, found)


async def _entry(api: Asking, project: str, sequence: int) -> Written:
    found = await ask(api.ledger.get_project, project, at_least=api.at_least)
    path = f"/v1/projects/{segment(found['project'])}/notes/{sequence}"
    rights = frozenset({"licenses", "return"})
    return Written(path, f"/e/{sequence}", NOTE, found, rights, sequence=sequence)


async def _write(request: Request, visit: Visit, services: Services, what: Written, form: Form) -> Response:
    """Keep what was typed, or show it again with what speaks against it. Nothing typed takes the words away."""
    body = {name: form.optional(name) for name in what.fields}
    if form.text("erase") == "yes":
        send = _sender(visit.api, "DELETE", what)
    else:
        send = _sender(visit.api, "PUT", what, json=body, headers={"If-Match": f'"{form.text(VERSION)}"'})
    try:
        await ask(send)
    except Problem as problem:
        return await _form_page(request, visit, services, what, form=form, refused=problem)
    return see(what.page)


def _sender(api: Asking, method: str, what: Written, **request: Any) -> Callable[[], tuple[dict[str, Any], str]]:
    def send() -> tuple[dict[str, Any], str]:
        """The words, and their ETag."""
        query = {} if api.at_least is None else {"at_least": api.at_least}
        response = answered(api.ledger.send(method, what.path, params=query, **request))
        return response.json(), response.headers.get("ETag", "").strip('"')

    return send


async def _form_page(
    request: Request,
    visit: Visit,
    services: Services,
    what: Written,
    *,
    form: Form | None = None,
    refused: Problem | None = None,
) -> Response:
    """The form with what is kept, or with what was typed; the second time it writes over what it shows beside."""
    kept, version = await ask(_sender(visit.api, "GET", what))
    typed: Mapping[str, Any] = kept if form is None else {name: form.text(name) for name in what.fields}
    by = await actors([{"actor": kept["changed_by"]}] if kept["changed_by"] else [], services.accounts, visit)
    return services.pages.page(
        request,
        "label.html",
        status=refused.status if refused else 200,
        what=what,
        kept=kept,
        typed=typed,
        version=version,
        actors=by,
        refused=refused,
        is_wrong=refused is not None and refused.status == TYPED_WRONG,
    )
