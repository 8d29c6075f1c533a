"""Activation keys: paste them, see what they stand for, redeem them, keep the receipt."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.api import ActivationKeyPreview, ActivationKeyRedeemedResponse
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.choices import may, open_projects
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.routes.projects import free_of

MOST_KEYS = 50
"""Keys of one form; more of them are a file for the bulk interface."""
_BETWEEN = re.compile(r"[\n\r,;]+")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Previewed:
    """A pasted key: what it stands for, or why not."""

    key: str
    preview: ActivationKeyPreview | None
    problem: Problem | None

    @property
    def hint(self) -> str:
        """What of the key may be shown."""
        return f"…{''.join(one for one in self.key if one.isalnum())[-4:].upper()}"

    @property
    def can_be_redeemed(self) -> bool:
        return self.preview is not None and self.preview["state"] == "redeemable"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What became of a key."""

    hint: str
    answer: ActivationKeyRedeemedResponse | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a balance before and after."""

    license_type: str
    before: int
    after: int
    held: int = 0


@router.get("/keys")
async def keys_page(request: Request, visit: TheVisit, services: TheServices, project: str = "") -> Response:
    """The form."""
    projects = await open_projects(visit.api)
    return services.pages.page(request, "keys.html", projects=projects, project=project, keys="", error="", may=may)


@router.post("/keys/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """What the keys stand for, and the balance before and after."""
    keys, project = pasted(form.text("keys")), form.text("project")
    if not keys or len(keys) > MOST_KEYS or not project:
        return await _form_again(request, visit.api, services, form)
    previews = await asyncio.gather(*(_preview(visit.api, key, project) for key in keys))
    balance = await ask(visit.api.ledger.get_balance, project, at_least=visit.api.at_least)
    found = await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least)
    return services.pages.page(
        request,
        "keys_preview.html",
        project=found,
        previews=previews,
        changes=changes(free_of(balance), previews),
        request_key=secrets.token_hex(16),
    )


@router.post("/keys/redemptions")
async def redeem(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Redeem each key; sent again, the form gets the same receipt."""
    project, batch = form.text("project"), form.text("request")
    keys = form.every("key")[:MOST_KEYS]
    found = await ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least)
    before = await ask(visit.api.ledger.get_balance, project, at_least=visit.api.at_least)
    done = [await _redeem(visit.api, key, project, batch) for key in keys]
    reached = max((one.answer["sequence"] for one in done if one.answer), default=None)
    if reached is not None:
        await services.sessions.reach(visit.session.session, reached)
    after = await ask(visit.api.ledger.get_balance, project, at_least=reached)
    lines = receipt(free_of(before), free_of(after), done)
    return services.pages.page(request, "keys_receipt.html", project=found, done=done, changes=lines)


def pasted(text: str) -> list[str]:
    """The keys of a text, one in each line or between commas, each once."""
    return list(dict.fromkeys(one for line in _BETWEEN.split(text) if (one := line.strip())))


def changes(free: dict[str, int], previews: Sequence[Previewed]) -> list[Change]:
    """The balance before and after all keys that can be redeemed."""
    came: dict[str, int] = {}
    held: dict[str, int] = {}
    for one in previews:
        if one.preview is None or not one.can_be_redeemed:
            continue
        for line in one.preview["licenses"]:
            name, waits = line["license_type"], line["held"] or 0
            came[name] = came.get(name, 0) + line["count"] - waits
            held[name] = held.get(name, 0) + waits
    return [Change(name, free.get(name, 0), free.get(name, 0) + came[name], held[name]) for name in sorted(came)]


def receipt(before: dict[str, int], after: dict[str, int], done: Sequence[Redeemed]) -> list[Change]:
    """The lines of the balance that the keys changed. Sent again, what came is in both."""
    held: dict[str, int] = {}
    for one in done:
        for line in (one.answer["licenses"] if one.answer else None) or ():
            held[line["license_type"]] = held.get(line["license_type"], 0) + line["held"]
    return [Change(name, before.get(name, 0), after.get(name, 0), held[name]) for name in sorted(held)]


async def _preview(api: Asking, key: str, project: str) -> Previewed:
    try:
        found = await ask(api.ledger.preview_activation_key, activation_key=key, project=project, at_least=api.at_least)
    except Problem as problem:
        return Previewed(key, None, problem)
    return Previewed(key, found, None)


async def _redeem(api: Asking, key: str, project: str, batch: str) -> Redeemed:
    """The same key of the same form is the same request, however often it is sent."""
    once = hashlib.sha256(f"{batch} {key}".encode()).hexdigest()
    hint = Previewed(key, None, None).hint
    try:
        answer = await ask(api.ledger.redeem_activation_key, activation_key=key, project=project, idempotency_key=once)
    except Problem as problem:
        return Redeemed(hint, None, problem)
    return Redeemed(hint, answer, None)


async def _form_again(request: Request, api: Asking, services: Services, form: Form) -> Response:
    _ = words_for(request)
    error = _("Paste up to {most} keys, one in each line, and choose a project.", most=MOST_KEYS)
    return services.pages.page(
        request,
        "keys.html",
        status=422,
        projects=await open_projects(api),
        may=may,
        project=form.text("project"),
        keys=form.text("keys"),
        error=error,
    )
