"""The pages of the portal as one application: its routes, and a page for all that goes wrong."""

from collections.abc import Sequence
from functools import cache

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from licensing_client import Problem
from portal.application.letters import LinkEnded
from portal.domain.addresses import on_the_way, own_address
from portal.entrypoints.web.confirming import PASSKEY, PASSWORD, ConfirmFirst
from portal.entrypoints.web.dependencies import ChooseCompanyFirst, Services, SignInFirst, readable
from portal.entrypoints.web.doorkeeper import Doorkeeper
from portal.entrypoints.web.forms import FORM_TOKEN, FormRefused, form_of
from portal.entrypoints.web.pages import here, see, words_for
from portal.entrypoints.web.routes import (
    activity,
    allocations,
    api_tokens,
    assets,
    audio,
    bulk,
    by_mail,
    claim_codes,
    companies,
    components,
    device_moves,
    devices,
    erasing,
    expirations,
    exports,
    grants,
    home,
    keys,
    labels,
    live,
    oauth,
    old_licenses,
    openid,
    passkeys,
    people,
    projects,
    redeemed_keys,
    repairs,
    returns,
    search,
    second_factor,
    settings,
    signing_in,
    software_service,
    support_cases,
    tests,
    token_keys,
    transfers,
    upgrades,
    warranties,
    why,
)
from portal.entrypoints.web.routes.staff import ROUTERS as STAFF_ROUTERS
from runtime.logs import get_logger
from runtime.trouble import Trouble
from runtime.web.problems import Refused
from runtime.web.telemetry import NO_TELEMETRY

ROUTERS = (
    assets.router,
    token_keys.router,
    oauth.router,
    signing_in.router,
    openid.router,
    by_mail.router,
    companies.router,
    home.router,
    search.router,
    projects.router,
    allocations.router,
    devices.router,
    why.router,
    keys.router,
    redeemed_keys.router,
    transfers.router,
    bulk.router,
    software_service.router,
    labels.router,
    upgrades.router,
    old_licenses.router,
    tests.router,
    warranties.router,
    claim_codes.router,
    device_moves.router,
    returns.router,
    repairs.router,
    support_cases.router,
    audio.router,
    people.router,
    grants.router,
    activity.router,
    expirations.router,
    exports.router,
    live.router,
    settings.router,
    second_factor.router,
    passkeys.router,
    api_tokens.router,
    erasing.router,
    components.router,
    *STAFF_ROUTERS,
)

_log = get_logger("portal.web")


def build(services: Services) -> ASGIApp:
    """All pages, behind their doorkeeper."""
    return Doorkeeper(application(), services, in_trouble=trouble_page, is_secure=services.is_secure)


@cache
def application() -> FastAPI:
    """The pages alone, one application in a process: they find `services` in the state of their request."""
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        dependencies=[Depends(readable)],
    )
    for router in ROUTERS:
        app.include_router(router)
    _handle_errors(app)
    return app


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, _: SignInFirst) -> Response:
        wanted = own_address(here(request)) if request.method == "GET" else "/"
        return see(on_the_way("/sign-in", wanted))

    @app.exception_handler(ChooseCompanyFirst)
    async def choose_company_first(_: Request, __: ChooseCompanyFirst) -> Response:
        return see("/company")

    @app.exception_handler(ConfirmFirst)
    async def confirm_first(request: Request, waits: ConfirmFirst) -> Response:
        services, session = request.state.services, request.state.session
        page: Response = services.pages.page(
            request,
            "confirm_password.html",
            status=403,
            passkeys=await services.passkeys.kept.of_account(session.account.account),
            fields=waits.form.without(FORM_TOKEN, PASSWORD, PASSKEY),
            error=waits.error,
            password=PASSWORD,
            passkey=PASSKEY,
        )
        return page

    @app.exception_handler(LinkEnded)
    async def link_ended(request: Request, _: LinkEnded) -> Response:
        page: Response = request.state.services.pages.page(request, "link_ended.html", status=410)
        return page

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return problem_page(request, error)

    @app.exception_handler(FormRefused)
    async def form_refused(request: Request, __: FormRefused) -> Response:
        _ = words_for(request)
        title = _("This form has expired")
        detail = _("Nothing was changed. Open the page again and send the form once more.")
        return error_page(request, 403, title, detail)

    @app.exception_handler(Refused)
    async def refused(request: Request, __: Refused) -> Response:
        _ = words_for(request)
        return error_page(request, 413, _("That is too much at once"), _("Send less in one form."))

    @app.exception_handler(Trouble)
    async def trouble(request: Request, error: Trouble) -> Response:
        return await trouble_page(request, error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, __: RequestValidationError) -> Response:
        _ = words_for(request)
        detail = _("The address may have a typing error.")
        return error_page(request, 422, _("This request is not understood"), detail)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        _ = words_for(request)
        if error.status_code in (404, 405):
            return error_page(request, 404, _("There is no such page"), _("The address may have a typing error."))
        return error_page(request, error.status_code, _("This request is not understood"), "")

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        _log.error("page_defect", exc_info=error)
        _ = words_for(request)
        detail = _("This is a defect of ours. Tell support the request id below.")
        return error_page(request, 500, _("Something went wrong"), detail)


async def trouble_page(request: Request, error: Trouble) -> Response:
    """What is away or too slow, and a way to send again what was typed."""
    _log.warning("page_in_trouble", reason=str(error))
    _ = words_for(request)
    detail = _("A part of the system does not respond at the moment. Nothing is lost: try again in a minute.")
    form = await form_of(request)
    fields = form.to_send_again(PASSWORD) if form else []
    return error_page(request, 503, _("Not available right now"), detail, fields=fields)


def problem_page(request: Request, error: Problem) -> Response:
    """What the API refused: its sentence, its code and its rule."""
    title = words_for(request)("Not found") if error.status == 404 else words_for(request)("This is not possible")
    return error_page(request, error.status, title, error.detail, code=error.code, rule=error.members.get("rule"))


def error_page(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    code: str | None = None,
    rule: str | None = None,
    fields: Sequence[tuple[str, str]] = (),
) -> Response:
    """A page that says what is wrong and what to do next; `fields` are of a form that may be sent again."""
    pages = request.state.services.pages
    response: Response = pages.page(
        request, "error.html", status=status, title=title, detail=detail, code=code, rule=rule, fields=fields
    )
    return response
