"""Many things at once: a table is looked at line by line, and sent; what failed is mended and sent again.

Nothing of a file is kept (ADR 35): it goes along in the form that confirms it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.entrypoints.web.bulk.csv_files import (
    MARK,
    MAX_BYTES,
    MAX_LINES,
    FileWrong,
    decoded,
    read,
    separator_of,
    written,
)
from portal.entrypoints.web.bulk.jobs import JOBS, Job
from portal.entrypoints.web.bulk.plans import Plan, planned
from portal.entrypoints.web.bulk.sending import newest_of, preview_keys, send
from portal.entrypoints.web.choices import open_projects
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.downloads import saved_as
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.license_types import all_types
from portal.entrypoints.web.pages import words_for
from portal.entrypoints.web.return_documents import table_of
from portal.entrypoints.web.words import Words

CSV = "text/csv; charset=utf-8"
MOST_BATCH = 60
MOST_FAILED_BYTES = 4 * MAX_BYTES
"""A file, and a sentence of the API behind each line."""

router = APIRouter(prefix="/bulk")


async def _job(job: str) -> Job:
    if job not in JOBS:
        raise HTTPException(404)
    return JOBS[job]


TheJob = Annotated[Job, Depends(_job)]


@router.get("")
async def jobs_page(request: Request, _visit: TheVisit, services: TheServices, project: str = "") -> Response:
    """What can be done to many things at once."""
    return services.pages.page(request, "bulk_jobs.html", jobs=JOBS, project=project)


@router.get("/{job}")
async def form_page(
    request: Request, visit: TheVisit, services: TheServices, job: TheJob, project: str = ""
) -> Response:
    """The form: a file, or a table that is pasted."""
    return await _form_page(request, visit, services, job, project=project)


@router.get("/{job}/example.csv")
async def example(request: Request, _visit: TheVisit, job: TheJob) -> Response:
    """A file to begin with, in the form that spreadsheets of the reader's language write."""
    columns = (*job.columns, *job.types)
    lines = [dict(zip(columns, said, strict=True)) for said in job.example]
    return _file(f"{job.name}-example.csv", written(columns, lines, separator_of(words_for(request))))


@router.post("/{job}/preview")
async def preview(request: Request, visit: TheVisit, services: TheServices, form: TheForm, job: TheJob) -> Response:
    """What each line will do, which are wrong and why, and the balances before and after."""
    try:
        text = _text(form, job, words_for(request))
        plan = await _planned(request, visit, job, text, form)
    except FileWrong as wrong:
        return await _form_page(request, visit, services, job, form=form, error=str(wrong))
    return await _preview_page(request, visit, services, plan, form)


@router.post("/{job}/failed.csv")
async def failed(request: Request, _visit: TheVisit, form: TheForm, job: TheJob) -> Response:
    """The lines that failed, with why, to be mended and sent again."""
    try:
        file = read(form.text("failed"), words_for(request), most_bytes=MOST_FAILED_BYTES)
    except FileWrong as wrong:
        raise HTTPException(400) from wrong
    return _file(f"{job.name}-failed.csv", written(file.columns, (cells for _, cells in file.lines), file.separator))


@router.post("/{job}")
async def confirm(request: Request, visit: TheVisit, services: TheServices, form: TheForm, job: TheJob) -> Response:
    """Do the lines that are not wrong; sent again, each is done once."""
    try:
        plan = await _planned(request, visit, job, form.text("csv"), form)
    except FileWrong as wrong:
        return await _form_page(request, visit, services, job, form=form, error=str(wrong))
    if plan.is_final:
        if form.text("confirm_final") != "yes":
            error = words_for(request)("Tick that you know what can't be undone.")
            return await _preview_page(request, visit, services, plan, form, error=error)
        await require_password(request, services, visit.session, form)
    results = await send(visit.api, plan.lines)
    if newest := newest_of(results):
        await services.sessions.reach(visit.session.session, newest)
    without = [one for one in results if one.state == "failed"]
    return services.pages.page(
        request,
        "bulk_results.html",
        plan=plan,
        labels=await labels_of(visit.api, (line.serial for line in plan.lines)),
        results=results,
        wrong=without,
        failed=plan.failed(one.failed_cells for one in without),
    )


def _text(form: Form, job: Job, _: Words) -> str:
    """The table that was sent: as a file, as documents of which it is made, or as text."""
    if form.upload is None:
        return form.text("csv")
    if "document" in job.columns and form.upload.content.startswith(b"<"):
        return table_of(form.uploads, _)
    return decoded(form.upload.content, _)


async def _planned(request: Request, visit: Visit, job: Job, text: str, form: Form) -> Plan:
    _ = words_for(request)
    batch = form.text("batch")[:MOST_BATCH]
    return await planned(visit.api, job, read(text, _), project=form.text("project"), batch=batch, _=_)


async def _preview_page(
    request: Request, visit: Visit, services: Services, plan: Plan, form: Form, *, error: str = ""
) -> Response:
    if plan.job.name == "redeem":
        await preview_keys(visit.api, plan, words_for(request))
    wrong = [one for one in plan.lines if not one.is_sent]
    return services.pages.page(
        request,
        "bulk_preview.html",
        status=422 if error else 200,
        plan=plan,
        labels=await labels_of(visit.api, (line.serial for line in plan.lines)),
        wrong=len(wrong),
        doubtful=sum(one.state == "doubtful" for one in plan.lines),
        failed=plan.failed(one.failed(one.why, one.code) for one in wrong),
        project=form.text("project"),
        error=error,
    )


async def _form_page(
    request: Request,
    visit: Visit,
    services: Services,
    job: Job,
    *,
    project: str = "",
    form: Form | None = None,
    error: str = "",
) -> Response:
    types = await all_types(visit.api) if job.classes else []
    return services.pages.page(
        request,
        "bulk.html",
        status=422 if error else 200,
        job=job,
        projects=await open_projects(visit.api) if job.needs_project else [],
        types=[one["license_type"] for one in types if one["license_class"] in job.classes],
        most=MAX_LINES,
        project=form.text("project") if form else project,
        csv=form.text("csv") if form else "",
        batch=form.text("batch") if form else f"{services.clock():%Y-%m-%d}",
        error=error,
    )


def _file(name: str, text: str) -> Response:
    return saved_as(name, (MARK + text).encode(), CSV)
