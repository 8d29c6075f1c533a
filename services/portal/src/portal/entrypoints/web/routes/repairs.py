"""RMA cases: the list, which is the clerk's queue, a new one, and one with all that was said in it."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, cast

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.dates import civil_day
from licensing_client import Problem
from licensing_client.cases_api import (
    CaseView,
    ContactBody,
    EntryView,
    MessageView,
    RefusedStepView,
    SummaryViewPage,
)
from portal.adapters.apis import Asking, ask, unless_away
from portal.entrypoints.web import case_words
from portal.entrypoints.web.actors import actors
from portal.entrypoints.web.case_steps import LABELS, QUOTE_STANDS, STEPS, Step
from portal.entrypoints.web.choices import may, open_projects
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheVisit, Visit
from portal.entrypoints.web.device_labels import labels_of
from portal.entrypoints.web.downloads import saved_as
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.orders import QUEUE, Listing, listing
from portal.entrypoints.web.pages import see, words_for
from portal.entrypoints.web.serials import whole

CASES_A_PAGE = 50
MOST_SHOWN = 200
"""Steps, messages and files of a case on its page; hardly one has a dozen."""
FILED = ("serial", "reference", "defect", "name", "email", "phone", "technical_name", "technical_email")
FILED_ADDRESS = ("technical_phone", "to", "street", "postal_code", "city", "country")

router = APIRouter(prefix="/rmas")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list is of; what is empty does not matter."""

    show: str = "open"
    find: str = ""
    state: str = ""
    order: str = ""

    @property
    def listing(self) -> Listing:
        return listing(QUEUE, self.order, {"show": self.show, "find": self.find, "state": self.state})


class NotNow(NamedTuple):
    """Steps that can't be taken now, for one reason."""

    titles: list[str]
    why: RefusedStepView


@router.get("")
async def cases_page(
    request: Request,
    visit: TheVisit,
    services: TheServices,
    wanted: Annotated[Wanted, Depends()],
    cursor: str | None = None,
) -> Response:
    """The cases, those that are open and the oldest first, unless others are asked for."""
    page = await find_cases(visit.api, wanted, cursor, CASES_A_PAGE)
    return services.pages.page(
        request,
        "repairs.html",
        words=case_words,
        cases=page["items"],
        labels=await labels_of(visit.api, (one["serial"] for one in page["items"])),
        following=page["next"],
        listing=wanted.listing,
        show=wanted.show,
        find=wanted.find,
        state=wanted.state,
    )


async def find_cases(api: Asking, wanted: Wanted, cursor: str | None, limit: int) -> SummaryViewPage:
    """A page of the list."""
    find, is_number = wanted.find, wanted.find.upper().startswith("RMA-")
    return await ask(
        api.cases.find_cases,
        is_open=True if wanted.show == "open" else None,
        owed=True if wanted.show == "owed" else None,
        state=cast("Any", wanted.state) if wanted.state in case_words.STATES else None,
        rma=find.upper() if is_number else None,
        serial=(_digits(find) or None) if find and not is_number else None,
        order=wanted.listing.value,
        cursor=cursor,
        limit=limit,
    )


@router.get("/new")
async def form_page(request: Request, visit: TheVisit, services: TheServices, serial: str = "") -> Response:
    """The form for one broken device, with the person who fills it in as the contact."""
    account = visit.session.account
    typed = {"serial": serial, "name": account.name, "email": account.email, "country": "DE"}
    typed["to"] = visit.session.company_name or ""
    return await _new_page(request, visit, services, typed)


@router.post("")
async def file_case(request: Request, visit: TheVisit, services: TheServices, form: TheForm) -> Response:
    """File the case and go there; what the API refuses is said above the form, which keeps what was typed."""
    contact = _contact(form, "")
    street = [line for line in form.text("street").split("\n") if line.strip()]
    try:
        filed = await ask(
            visit.api.cases.file_case,
            serial=whole(form.text("serial")) or form.text("serial"),
            reference=form.optional("reference"),
            defect=form.text("defect"),
            administrative_contact=contact,
            technical_contact=_contact(form, "technical_") if form.text("technical_name") else contact,
            shipping_address={
                "name": form.text("to"),
                "lines": street,
                "postal_code": form.text("postal_code"),
                "city": form.text("city"),
                "country": form.text("country").upper(),
            },
            idempotency_key=form.text("request"),
        )
    except Problem as problem:
        typed = {name: form.text(name) for name in (*FILED, *FILED_ADDRESS)}
        return await _new_page(request, visit, services, typed, refused=problem)
    return see(_address(filed["rma"], filed["sequence"]))


@router.get("/{rma}")
async def case_page(
    request: Request, visit: TheVisit, services: TheServices, rma: str, at_least: int | None = None
) -> Response:
    """Where the case stands, what is next, and all that happened."""
    return await _case_page(request, visit, services, rma, at_least=at_least)


@router.post("/{rma}/steps/{step}")
async def take_step(
    request: Request, visit: TheVisit, services: TheServices, rma: str, step: str, form: TheForm
) -> Response:
    """Take a step, and show the case after it."""
    wanted = STEPS.get(step)
    if wanted is None:
        raise HTTPException(404)
    if wanted.is_final:
        await require_password(request, services, visit.session, form)
    try:
        done = await ask(wanted.send, visit.api.cases, rma, form, f"{form.text('request')}-{step}")
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _case_page(request, visit, services, rma, refused=problem, form=form)
    return see(_address(rma, done["sequence"]))


@router.post("/{rma}/messages")
async def write(request: Request, visit: TheVisit, services: TheServices, rma: str, form: TheForm) -> Response:
    """Say something in the case."""
    try:
        await ask(visit.api.cases.write_message, rma, text=form.text("text"), idempotency_key=form.text("request"))
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _case_page(request, visit, services, rma, refused=problem, form=form)
    return see(f"/rmas/{rma}#messages")


@router.post("/{rma}/attachments")
async def attach(request: Request, visit: TheVisit, services: TheServices, rma: str, form: TheForm) -> Response:
    """Attach a file to the case."""
    if form.upload is None:
        return await _case_page(request, visit, services, rma, error=words_for(request)("Choose a file first."))
    try:
        await ask(
            visit.api.cases.attach_file,
            rma,
            form.upload.content,
            file_name=form.upload.name,
            idempotency_key=f"{form.text('request')}-file",
        )
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _case_page(request, visit, services, rma, refused=problem)
    return see(f"/rmas/{rma}#files")


@router.get("/{rma}/attachments/{number}")
async def attachment(visit: TheVisit, rma: str, number: int) -> Response:
    """A file of the case, to be saved."""
    listed = await ask(visit.api.cases.list_attachments, rma, limit=MOST_SHOWN)
    name = next((one["file_name"] for one in listed["items"] if one["number"] == number), None)
    content = await ask(visit.api.cases.get_attachment, rma, str(number))
    return saved_as(name or f"{rma}-{number}", content)


@router.get("/{rma}/slip")
async def slip(visit: TheVisit, rma: str, at_least: int | None = None) -> Response:
    """What is printed and put into the parcel."""
    content = await ask(visit.api.cases.get_slip, rma, paper="A4", at_least=at_least)
    return saved_as(f"{rma}.pdf", content, "application/pdf")


async def _new_page(
    request: Request,
    visit: Visit,
    services: Services,
    typed: dict[str, str],
    refused: Problem | None = None,
) -> Response:
    """Whoever has the right in no project is told before all the fields are filled in."""
    projects = await unless_away(open_projects(visit.api, right="rma"))
    return services.pages.page(
        request,
        "repair_new.html",
        status=refused.status if refused else 200,
        typed=typed,
        may=projects is None or bool(projects),
        error=refused,
    )


async def _may_write(visit: Visit, project: str) -> bool:
    """Whether they may speak in a case of this project; only the API says no while the ledger is away."""
    try:
        found = await unless_away(ask(visit.api.ledger.get_project, project, at_least=visit.api.at_least))
    except Problem:
        return False
    return found is None or may(found, "rma")


async def _case_page(  # noqa: PLR0913 - what was refused stays beside its form
    request: Request,
    visit: Visit,
    services: Services,
    rma: str,
    *,
    at_least: int | None = None,
    refused: Problem | None = None,
    form: Form | None = None,
    error: str = "",
) -> Response:
    cases = visit.api.cases
    case, history, messages, files = await asyncio.gather(
        ask(cases.get_case, rma, at_least=at_least),
        ask(cases.get_case_history, rma, limit=MOST_SHOWN, at_least=at_least),
        ask(cases.list_messages, rma, limit=MOST_SHOWN),
        ask(cases.list_attachments, rma, limit=MOST_SHOWN),
    )
    entries: list[EntryView] = history["items"][::-1]
    names = await services.accounts.names([one["account"] for one in messages["items"]])
    return services.pages.page(
        request,
        "repair.html",
        status=refused.status if refused else 422 if error else 200,
        case=case,
        steps=_possible(case),
        not_now=_not_now(case),
        may_write=visit.is_staff or await _may_write(visit, case["project"]),
        message=form.text("text") if form else "",
        labels=LABELS,
        device_labels=await labels_of(visit.api, [case["serial"]]),
        entries=entries,
        actors=await actors(entries, services.accounts, visit),
        messages=messages["items"],
        names=_of(visit.company, messages["items"], names),
        companies=await services.accounts.company_names(_companies(case, messages["items"])),
        files=files["items"],
        is_staff=visit.is_staff,
        words=case_words,
        suggested=(civil_day(services.clock()) + QUOTE_STANDS).isoformat(),
        refused=refused,
        typed={name: form.text(name) for name in LABELS} if form else {},
        error=error,
    )


def _possible(case: CaseView) -> list[tuple[str, Step]]:
    """What may be done now, what is expected first."""
    possible = [(name, step) for name, step in STEPS.items() if name in case["steps"]]
    return sorted(possible, key=lambda one: one[0] != case["expected"])


def _not_now(case: CaseView) -> list[NotNow]:
    """What can't be done now, side by side where the reason is the same."""
    found = list[NotNow]()
    refused = {one["step"]: one for one in case["refused_steps"]}
    for title, one in [(step.title, refused[name]) for name, step in STEPS.items() if name in refused]:
        same = next((known for known in found if _reason(known.why) == _reason(one)), None)
        if same:
            same.titles.append(title)
        else:
            found.append(NotNow([title], one))
    return found


def _reason(refused: RefusedStepView) -> RefusedStepView:
    """All of it but which step it is about."""
    return {**refused, "step": "file"}


def _companies(case: CaseView, messages: list[MessageView]) -> list[str]:
    """Whose device it is, and who has written."""
    return list({case["company"], *(one["company"] for one in messages)})


def _of(company: str, messages: list[MessageView], names: dict[str, str]) -> dict[str, str]:
    """The names of colleagues: a person of another company is not named."""
    colleagues = {one["account"] for one in messages if one["company"] == company}
    return {account: name for account, name in names.items() if account in colleagues}


def _contact(form: Form, prefix: str) -> ContactBody:
    said: ContactBody = {"name": form.text(f"{prefix}name")}
    if email := form.text(f"{prefix}email"):
        said["email"] = email
    if phone := form.text(f"{prefix}phone"):
        said["phone"] = phone
    return said


def _digits(typed: str) -> str:
    """The digits of any part of a serial, however they were separated."""
    return "".join(one for one in typed.lower() if one in "0123456789abcdef")


def _address(rma: str, sequence: int) -> str:
    return f"/rmas/{rma}?at_least={sequence}"
