"""Announcements: from a recording or a sentence to the files that boxes play, each to be heard first."""

import asyncio
from typing import Any, Literal, TypedDict, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from licensing_client import Problem
from licensing_client.audio_api import ConversionView, FormatView
from portal.adapters.apis import ask
from portal.entrypoints.web import waves
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.downloads import saved_as
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import see, words_for

JOBS_A_PAGE = 20
FORMAT = "format-"

router = APIRouter(prefix="/audio")


class Options(TypedDict):
    """What both kinds of announcement take."""

    even_loudness: bool
    trim_silence: bool
    pause_milliseconds: int
    downmix: Literal["mix", "left", "right"]


@router.get("")
async def audio_page(request: Request, visit: TheVisit, services: TheServices, cursor: str | None = None) -> Response:
    """Both forms, and what was made within a day."""
    return await _page(request, visit, services, cursor=cursor)


@router.post("/recordings")
async def convert(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Convert a recording, and go where one hears it."""
    if form.upload is None:
        error = words_for(request)("Choose a recording first.")
        return await _page(request, visit, services, form=form, error=error)
    try:
        job = await ask(
            visit.api.audio.convert_recording,
            form.upload.content,
            name=form.text("name") or _name_of(form.upload.name),
            formats=",".join(_formats(form)) or None,
            idempotency_key=form.text("request"),
            **_options(form),
        )
    except Problem as problem:
        return await _page(request, visit, services, form=form, refused=problem)
    return see(f"/audio/{job['job']}")


@router.post("/sentences")
async def speak(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """Let a sentence be spoken, and go where one hears it."""
    try:
        job = await ask(
            visit.api.audio.speak_announcement,
            text=form.text("text"),
            voice=form.text("voice"),
            name=form.text("name"),
            words_per_minute=form.whole("words_per_minute"),
            formats=_formats(form) or None,
            idempotency_key=form.text("request"),
            **_options(form),
        )
    except Problem as problem:
        return await _page(request, visit, services, form=form, refused=problem)
    return see(f"/audio/{job['job']}")


@router.get("/{job}")
async def job_page(request: Request, visit: TheVisit, services: TheServices, job: str, seen: str = "") -> Response:
    """How far it is, its wave, and each file but those that a page shows already, where somebody may be listening."""
    found = await ask(visit.api.audio.get_conversion, job)
    wave = await _wave(visit, found)
    formats = {one["code"]: one for one in await _offered(visit)}
    return services.pages.page(
        request,
        "announcement.html",
        job=found,
        wave=wave,
        height=waves.HEIGHT,
        formats=formats,
        seen=seen.split(","),
    )


@router.post("/{job}/repetitions")
async def repeat(visit: TheVisit, job: str, form: TheForm) -> Response:
    """The same recording or sentence with other options."""
    again = await ask(
        visit.api.audio.repeat_conversion,
        job,
        name=form.text("name"),
        formats=_formats(form) or None,
        idempotency_key=form.text("request"),
        **_options(form),
    )
    return see(f"/audio/{again['job']}")


@router.post("/{job}/deletion")
async def delete(visit: TheVisit, job: str, form: TheForm) -> Response:
    """Take it away with its files, before its day is over."""
    await ask(visit.api.audio.delete_conversion, job, idempotency_key=f"{form.text('request')}-deletion")
    return see("/audio")


@router.get("/{job}/files")
async def all_files(visit: TheVisit, job: str) -> Response:
    """All files in one archive."""
    found = await ask(visit.api.audio.get_conversion, job)
    content = await ask(visit.api.audio.get_converted_files, job)
    return saved_as(f"{found['name']}.zip", content, "application/zip")


@router.get("/{job}/files/{code}")
async def one_file(visit: TheVisit, job: str, code: str) -> Response:
    """A file as a box takes it."""
    found = await ask(visit.api.audio.get_conversion, job)
    content = await ask(visit.api.audio.get_converted_file, job, code)
    name = next((file["name"] for file in found["files"] if file["format"] == code), code)
    return saved_as(name, content)


@router.get("/{job}/files/{code}/preview")
async def preview(visit: TheVisit, job: str, code: str) -> Response:
    """What is heard at the telephone."""
    return Response(await ask(visit.api.audio.get_preview, job, code), media_type="audio/wav")


async def _page(
    request: Request,
    visit: Visit,
    services: Services,
    *,
    cursor: str | None = None,
    form: Form | None = None,
    error: str = "",
    refused: Problem | None = None,
) -> Response:
    audio = visit.api.audio
    jobs, formats, voices = await asyncio.gather(
        ask(audio.list_conversions, cursor=cursor, limit=JOBS_A_PAGE), _offered(visit), ask(audio.list_voices)
    )
    return services.pages.page(
        request,
        "audio.html",
        status=refused.status if refused else 422 if error else 200,
        jobs=jobs["items"],
        following=jobs["next"],
        formats=formats,
        voices=voices["items"],
        typed={name: form.text(name) for name in ("name", "text", "voice")} if form else {},
        error=error,
        refused=refused,
    )


async def _offered(visit: Visit) -> list[FormatView]:
    """The formats that this installation makes."""
    found = await ask(visit.api.audio.list_formats)
    return [one for one in found["items"] if one["available"]]


async def _wave(visit: Visit, job: ConversionView) -> str:
    if job["state"] != "done":
        return ""
    try:
        found = await ask(visit.api.audio.get_waveform, job["job"])
    except Problem:  # the recording is gone after a day
        return ""
    return waves.path(found["peaks"])


def _options(form: Form) -> Options:
    return {
        "even_loudness": form.text("even_loudness") == "yes",
        "trim_silence": form.text("trim_silence") == "yes",
        "pause_milliseconds": form.whole("pause_milliseconds") or 0,
        "downmix": cast("Any", form.text("downmix") or "mix"),
    }


def _formats(form: Form) -> list[str]:
    return sorted(code for code, chosen in form.beginning(FORMAT).items() if chosen == "yes")


def _name_of(file: str) -> str:
    """The name of a file as one of an announcement: letters, digits and hyphens."""
    stem = file.rpartition(".")[0] or file
    return "-".join("".join(one if one.isascii() and one.isalnum() else " " for one in stem.lower()).split())[:40]
