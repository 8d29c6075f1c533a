"""Signing in through the OpenID Connect provider, and linking who somebody is there with an account."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from portal.application.accounts import Session
from portal.application.openid import AccountLocked, Attempt, Held, LinkedElsewhere, NothingHeld, NotVouched, OpenId
from portal.application.patience import TooManyTries
from portal.application.signing_in import Opened, WrongPassword
from portal.domain.addresses import on_the_way, own_address
from portal.domain.names import flaw
from portal.domain.passwords import weakness
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession, TheVisitor
from portal.entrypoints.web.forms import TheForm, visitors_cookie
from portal.entrypoints.web.pages import address_of, give_cookie, see, words_for
from portal.entrypoints.web.routes.by_mail import MOST_NAME
from portal.entrypoints.web.routes.signing_in import show_sign_in
from runtime.logs import get_logger
from runtime.trouble import Trouble

ATTEMPT = "sign-in-attempt"
ATTEMPT_SECONDS = 600
"""So long may somebody take at the provider."""
_NO_NAME = "Say your name, as colleagues of your company shall see it."
LINK = "/sign-in/openid/link"
LOGOUT = "/sign-in/openid/backchannel-logout"
MOST_LOGOUT_CHARACTERS = 16 * 1024
"""A logout token has 1,000."""

router = APIRouter()
_log = get_logger("portal.openid")


@router.get("/sign-in/openid")
async def go(request: Request, services: TheServices, next: str = "/") -> Response:  # noqa: A002 - the address's
    """Go to the provider."""
    openid, wanted = _configured(services), own_address(next)
    cookie = visitors_cookie(request)
    attempt = Attempt.new(cookie)
    try:
        response = see(await openid.provider.way_in(attempt))
    except Trouble as trouble:
        return _away(request, services, wanted, trouble)
    if request.state.is_new_visitor:
        give_cookie(request, response, cookie)
    _keep(request, response, f"{attempt.secret}.{quote(wanted, safe='')}", seconds=ATTEMPT_SECONDS)
    return response


@router.get("/sign-in/openid/answer")
async def come_back(request: Request, services: TheServices) -> Response:
    """Come back from the provider with a code, in the browser that went there."""
    openid, said = _configured(services), request.query_params
    cookie = visitors_cookie(request)
    secret, _, wanted = request.cookies.get(_attempt_cookie(request), "").partition(".")
    wanted = own_address(unquote(wanted))
    attempt = Attempt(secret, cookie)
    if not secret or not hmac.compare_digest(said.get("state", "").encode(), attempt.state.encode()):
        return _once_more(request, services, wanted)
    try:
        identity = await openid.provider.identity(attempt, _code(said, openid.provider.issuer))
        browser = request.headers.get("user-agent", "")
        opened = await openid.arrive(identity, cookie=cookie, wanted=wanted, browser=browser)
    except NotVouched as no:
        _log.warning("openid_refused", reason=str(no))
        response = _once_more(request, services, wanted)
    except AccountLocked:
        error = words_for(request)("This account is locked. Ask the administrator of your company, or support.")
        response = show_sign_in(request, services, wanted=wanted, error=error, status=403)
    except Trouble as trouble:
        response = _away(request, services, wanted, trouble)
    else:
        response = see(LINK) if opened is None else _opened(request, opened, wanted)
    _keep(request, response, "", seconds=0)
    return response


@router.post(LOGOUT)
async def log_out(request: Request, services: TheServices) -> Response:
    """End sessions, where the provider says that theirs has ended: its token stands in for the token of a form."""
    openid = _configured(services)
    form = dict(parse_qsl((await request.body()).decode(errors="replace")[:MOST_LOGOUT_CHARACTERS]))
    try:
        await openid.log_out(form.get("logout_token", ""))
    except NotVouched as no:
        return _not_logged_out("invalid_request", str(no))
    except Trouble as trouble:
        return _not_logged_out("temporarily_unavailable", str(trouble))
    return Response()


@router.get("/sign-in/openid/out")
async def sign_out_there(services: TheServices) -> Response:
    """Go to the provider to sign out there, too."""
    return see(await _configured(services).provider.way_out() or "/sign-in")


@router.get(LINK)
async def link_page(request: Request, visitor: TheVisitor, services: TheServices) -> Response:
    """Link who somebody is at the provider with an account: with the own one, one that is there, or a new one."""
    return await _link_page(request, services, visitor)


@router.post(LINK)
async def link(request: Request, visitor: TheVisitor, services: TheServices, form: TheForm) -> Response:
    """Link them, once the owner of the account has shown to be it."""
    _, openid, cookie = words_for(request), _configured(services), visitors_cookie(request)
    browser = request.headers.get("user-agent", "")
    try:
        held = await openid.held(cookie)
        if visitor is not None:
            await require_password(request, services, visitor, form)
            await openid.link(cookie, visitor.account.account)
            return see("/settings?changed=openid")
        password, name = form.secret("password"), form.text("name")[:MOST_NAME]
        if await openid.has_account(held):
            opened = await openid.sign_in_and_link(cookie, password, address=address_of(request), browser=browser)
        elif (sentence := _wrong(held, name, password)) is not None:
            return await _link_page(request, services, None, name=name, error=_(sentence), status=422)
        else:
            language = _.language
            opened = await openid.register(cookie, name=name, password=password, language=language, browser=browser)
    except NothingHeld:
        return _once_more(request, services, "/")
    except WrongPassword:
        return await _link_page(
            request, services, None, error=_("This is not the password of the account."), status=403
        )
    except TooManyTries:
        error = _("Too many tries from here. Wait a quarter of an hour.")
        return await _link_page(request, services, None, error=error, status=429)
    except LinkedElsewhere:
        error = _("This sign-in, or its address, belongs to another account.")
        return await _link_page(request, services, visitor, error=error, status=409)
    return _opened(request, opened, held.wanted)


@router.post("/settings/openid/unlink")
async def unlink(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Let an identity of the provider open the account no longer."""
    await require_password(request, services, session, form)
    await _configured(services).identities.unlink(session.account.account, form.text("subject"))
    return see("/settings")


async def _link_page(
    request: Request,
    services: Services,
    visitor: Session | None,
    *,
    name: str | None = None,
    error: str = "",
    status: int = 200,
) -> Response:
    openid = _configured(services)
    try:
        held: Held = await openid.held(visitors_cookie(request))
    except NothingHeld:
        return _once_more(request, services, "/")
    identity = held.identity
    values: dict[str, Any] = {
        "provider": openid.provider.name,
        "email": identity.email,
        "name": identity.name[:MOST_NAME] if name is None else name,
        "own": visitor.account.email if visitor else "",
        "has_account": visitor is None and await openid.has_account(held),
        "error": error,
    }
    return services.pages.page(request, "openid_link.html", status=status, **values)


def _wrong(held: Held, name: str, password: str) -> str | None:
    """What is wrong with what was typed for a new account; without an address there will be none anyway."""
    if not held.identity.email:
        return None
    return weakness(password, held.identity.email) or (flaw(name) if name else _NO_NAME)


def _code(said: Mapping[str, str], issuer: str) -> str:
    """The code that the provider answers with; `iss` tells apart who answers (RFC 9207). Raises NotVouched."""
    if said.get("iss", issuer) != issuer or "code" not in said:
        raise NotVouched(f"the provider answers {said.get('error', 'without a code')[:40]!r}")
    return said["code"]


def _configured(services: Services) -> OpenId:
    if services.openid is None:
        raise HTTPException(404)
    return services.openid


def _opened(request: Request, opened: Opened, wanted: str) -> Response:
    """Into the session, under a cookie that nobody has seen before."""
    wanted = own_address(wanted)
    response = see(on_the_way("/sign-in/code", wanted) if opened.waits else wanted)
    give_cookie(request, response, opened.cookie)
    return response


def _once_more(request: Request, services: Services, wanted: str) -> Response:
    error = words_for(request)("Nobody was signed in. Begin once more.")
    return show_sign_in(request, services, wanted=wanted, error=error, status=403)


def _away(request: Request, services: Services, wanted: str, trouble: Trouble) -> Response:
    _log.warning("openid_away", reason=str(trouble))
    error = words_for(request)("{provider} does not respond. Sign in with your password, or try again in a minute.")
    name = _configured(services).provider.name
    return show_sign_in(request, services, wanted=wanted, error=error.format(provider=name), status=503)


def _not_logged_out(error: str, reason: str) -> Response:
    """OpenID Connect Back-Channel Logout 1.0, 2.8: whatever the reason, the status is 400."""
    _log.warning("openid_logout_refused", reason=reason)
    return JSONResponse({"error": error}, 400)


def _attempt_cookie(request: Request) -> str:
    return f"__Host-{ATTEMPT}" if request.state.services.is_secure else ATTEMPT


def _keep(request: Request, response: Response, value: str, *, seconds: int) -> None:
    secure = request.state.services.is_secure
    response.set_cookie(
        _attempt_cookie(request), value, max_age=seconds, httponly=True, secure=secure, samesite="lax", path="/"
    )
