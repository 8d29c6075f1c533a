"""Signing in and out."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.signing_in import TooManyTries, WrongPassword, new_cookie
from portal.domain.addresses import own_address
from portal.entrypoints.web.dependencies import TheServices, TheSession
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import give_cookie, see, words_for

router = APIRouter()


@router.get("/sign-in")
async def sign_in_page(request: Request, services: TheServices, next: str = "/") -> Response:  # noqa: A002 - the address's
    """The form."""
    return services.pages.page(request, "sign_in.html", wanted=own_address(next), email="", error="")


@router.post("/sign-in")
async def sign_in(request: Request, services: TheServices, form: TheForm) -> Response:
    """Open a session, under a cookie that nobody has seen before."""
    _ = words_for(request)
    try:
        cookie = await services.signing_in.sign_in(
            form.text("email"),
            form.secret("password"),
            address=request.client.host if request.client else "",
            browser=request.headers.get("user-agent", ""),
        )
    except WrongPassword:
        return _again(request, services, form, _("There is no account with this address and password."), 403)
    except TooManyTries:
        return _again(request, services, form, _("Too many tries from here. Wait a quarter of an hour."), 429)
    response = see(own_address(form.text("next")))
    give_cookie(request, response, cookie)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, session: TheSession, services: TheServices, _: TheForm) -> Response:
    """End the session."""
    await services.sessions.end(session.account.account, session.session)
    response = see("/sign-in")
    give_cookie(request, response, new_cookie())
    return response


def _again(request: Request, services: TheServices, form: Form, error: str, status: int) -> Response:
    wanted, email = own_address(form.text("next")), form.text("email")
    return services.pages.page(request, "sign_in.html", status=status, wanted=wanted, email=email, error=error)
