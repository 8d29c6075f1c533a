"""Passkeys: signing in with one, showing one as second factor, and those of an account."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.accounts import Session
from portal.application.passkeys import PasskeyRefused
from portal.application.patience import TooManyTries
from portal.application.signing_in import WrongPassword
from portal.domain.addresses import own_address
from portal.domain.names import flaw
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession, TheVisitor
from portal.entrypoints.web.forms import TheForm, visitors_cookie
from portal.entrypoints.web.pages import address_of, give_cookie, see, words_for
from portal.entrypoints.web.routes.signing_in import completed, show_code_page, show_sign_in
from runtime.logs import get_logger

MOST_NAME = 40

router = APIRouter()
_log = get_logger("portal.passkeys")


@router.post("/passkeys/options")
async def to_show(request: Request, visitor: TheVisitor, services: TheServices, _: TheForm) -> Response:
    """What the browser is asked for: a passkey of who is signed in, of who has given the password, or of anybody."""
    cookie = visitors_cookie(request)
    waiting = None if visitor else await services.sessions.find_waiting(cookie, services.clock())
    account = visitor.account.account if visitor else waiting
    return _json(await services.passkeys.to_show(account, cookie))


@router.post("/sign-in/passkey")
async def sign_in(request: Request, services: TheServices, form: TheForm) -> Response:
    """Open a session for who shows a passkey; it needs no second factor, as it is two."""
    _, wanted, cookie = words_for(request), own_address(form.text("next")), visitors_cookie(request)
    browser, answer = request.headers.get("user-agent", ""), form.text("passkey")
    try:
        opened = await services.signing_in.sign_in_by_passkey(
            cookie, answer, address=address_of(request), browser=browser
        )
    except PasskeyRefused as no:
        _log.warning("passkey_refused", reason=str(no))
        return show_sign_in(request, services, wanted=wanted, error=_("This passkey was not taken."), status=403)
    except TooManyTries:
        error = _("Too many tries from here. Wait a quarter of an hour.")
        return show_sign_in(request, services, wanted=wanted, error=error, status=429)
    response = see(wanted)
    give_cookie(request, response, opened.cookie)
    return response


@router.post("/sign-in/code/passkey")
async def enter(request: Request, services: TheServices, form: TheForm) -> Response:
    """Complete the session that waits for a second factor."""
    _, wanted = words_for(request), own_address(form.text("next"))
    try:
        fresh = await services.signing_in.enter_passkey(
            visitors_cookie(request), form.text("passkey"), address=address_of(request)
        )
    except WrongPassword:
        return see("/sign-in")
    except PasskeyRefused as no:
        _log.warning("passkey_refused", reason=str(no))
        return await show_code_page(request, services, wanted, error=_("This passkey was not taken."), status=403)
    except TooManyTries:
        error = _("Too many tries from here. Wait a quarter of an hour.")
        return await show_code_page(request, services, wanted, error=error, status=429)
    return await completed(request, services, fresh, wanted)


@router.get("/settings/passkeys")
async def passkeys_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """Those of the account, each with its name, and how to add one."""
    return await _page(request, session, services)


@router.post("/settings/passkeys/options")
async def to_make(session: TheSession, services: TheServices, _: TheForm) -> Response:
    """With what the browser makes one."""
    return _json(await services.passkeys.to_make(session.account, session.cookie))


@router.post("/settings/passkeys")
async def add(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Keep what the browser has made; with the first second factor come recovery codes, shown once."""
    await require_password(request, services, session, form)
    _, account = words_for(request), session.account.account
    name = form.text("name")[:MOST_NAME] or _("Passkey")
    if (error := flaw(name)) is not None:
        return await _page(request, session, services, _(error))
    try:
        await services.passkeys.add(account, session.cookie, form.text("passkey"), name)
    except PasskeyRefused as no:
        _log.warning("passkey_refused", reason=str(no))
        return await _page(request, session, services, _("This passkey was not taken."))
    if await services.second_factors.factors.has_recovery_codes(account):
        return see("/settings/passkeys")
    codes = await services.second_factors.new_recovery_codes(account)
    return services.pages.page(request, "recovery_codes.html", codes=codes)


@router.post("/settings/passkeys/removals")
async def remove(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Let one open the account no longer."""
    await require_password(request, services, session, form)
    if (credential := _bytes(form.text("passkey_id"))) is not None:
        await services.second_factors.remove_passkey(session.account.account, credential)
    return see("/settings/passkeys")


async def _page(request: Request, session: Session, services: Services, error: str = "") -> Response:
    passkeys = await services.passkeys.kept.of_account(session.account.account)
    return services.pages.page(
        request, "passkeys.html", status=422 if error else 200, passkeys=passkeys, error=error, most_name=MOST_NAME
    )


def _json(options: str) -> Response:
    return Response(options, media_type="application/json")


def _bytes(typed: str) -> bytes | None:
    try:
        return bytes.fromhex(typed)
    except ValueError:
        return None
