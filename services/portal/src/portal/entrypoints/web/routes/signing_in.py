"""Signing in and out."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.accounts import Session
from portal.application.openid import LinkedElsewhere
from portal.application.patience import TooManyTries
from portal.application.second_factors import WrongCode
from portal.application.signing_in import WrongPassword, new_cookie
from portal.domain.addresses import on_the_way, own_address
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession
from portal.entrypoints.web.forms import Form, TheForm, visitors_cookie
from portal.entrypoints.web.pages import address_of, give_cookie, see, words_for
from runtime.logs import get_logger

router = APIRouter()
_log = get_logger("portal.signing_in")


@router.get("/sign-in")
async def sign_in_page(request: Request, services: TheServices, next: str = "/") -> Response:  # noqa: A002 - the address's
    """The form."""
    return show_sign_in(request, services, wanted=own_address(next))


@router.post("/sign-in")
async def sign_in(request: Request, services: TheServices, form: TheForm) -> Response:
    """Open a session, under a cookie that nobody has seen before."""
    _ = words_for(request)
    try:
        opened = await services.signing_in.sign_in(
            form.text("email"),
            form.secret("password"),
            address=address_of(request),
            browser=request.headers.get("user-agent", ""),
        )
    except WrongPassword:
        return _again(request, services, form, _("There is no account with this address and password."), 403)
    except TooManyTries:
        return _again(request, services, form, _("Too many tries from here. Wait a quarter of an hour."), 429)
    wanted = own_address(form.text("next"))
    response = see(on_the_way("/sign-in/code", wanted) if opened.waits else wanted)
    give_cookie(request, response, opened.cookie)
    return response


@router.get("/sign-in/code")
async def code_page(request: Request, services: TheServices, next: str = "/") -> Response:  # noqa: A002 - the address's
    """Where the second factor is asked for."""
    return await show_code_page(request, services, own_address(next))


@router.post("/sign-in/code")
async def enter_code(request: Request, services: TheServices, form: TheForm) -> Response:
    """Complete the session that waits for a code."""
    _ = words_for(request)
    wanted = own_address(form.text("next"))
    try:
        fresh = await services.signing_in.enter_code(
            visitors_cookie(request), form.text("code"), address=address_of(request)
        )
    except WrongPassword:
        return see("/sign-in")
    except WrongCode:
        error = _("This code does not fit, or was used before. A new one comes every half minute.")
        return await show_code_page(request, services, wanted, error=error, status=403)
    except TooManyTries:
        error = _("Too many tries from here. Wait a quarter of an hour.")
        return await show_code_page(request, services, wanted, error=error, status=429)
    return await completed(request, services, fresh, wanted)


async def completed(request: Request, services: Services, fresh: str, wanted: str) -> Response:
    """Into the session whose second factor was shown; an identity that waited for just that is linked."""
    session = await services.sessions.find(fresh, services.clock())
    if services.openid is not None and session is not None:
        try:
            await services.openid.link_behind(visitors_cookie(request), session.account.account)
        except LinkedElsewhere:
            _log.warning("openid_linked_elsewhere")
    response = see(wanted)
    give_cookie(request, response, fresh)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, session: TheSession, services: TheServices, _: TheForm) -> Response:
    """End the session; that of the provider is another one, which people are told of."""
    await services.sessions.end(session.account.account, session.session)
    response = see("/sign-in?done=out" if await _is_linked(services, session) else "/sign-in")
    give_cookie(request, response, new_cookie())
    return response


async def show_code_page(
    request: Request, services: Services, wanted: str, *, error: str = "", status: int = 200
) -> Response:
    """The page that asks for the second factors that the account has."""
    account = await services.sessions.find_waiting(visitors_cookie(request), services.clock())
    return services.pages.page(
        request,
        "sign_in_code.html",
        status=status,
        wanted=wanted,
        error=error,
        passkeys=bool(account and await services.passkeys.kept.of_account(account)),
    )


async def _is_linked(services: Services, session: Session) -> bool:
    return services.openid is not None and bool(await services.openid.identities.of_account(session.account.account))


def show_sign_in(
    request: Request, services: Services, *, wanted: str, email: str = "", error: str = "", status: int = 200
) -> Response:
    """The page where people sign in; `error` says why nobody did."""
    return services.pages.page(
        request,
        "sign_in.html",
        status=status,
        wanted=wanted,
        email=email,
        error=error,
        done=request.query_params.get("done", ""),
        by_mail=services.post is not None,
        provider=services.openid.provider.name if services.openid else "",
    )


def _again(request: Request, services: Services, form: Form, error: str, status: int) -> Response:
    wanted, email = own_address(form.text("next")), form.text("email")
    return show_sign_in(request, services, wanted=wanted, email=email, error=error, status=status)
