"""The second factor of an account: an app that shows codes, and recovery codes on paper."""

import base64
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.accounts import Session
from portal.application.second_factors import WrongCode
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import see, words_for
from portal.entrypoints.web.qr import qr

router = APIRouter(prefix="/settings/second-factor")


@router.get("")
async def factor_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """What to scan; or, where it is on, how to turn it off."""
    return await _page(request, session, services)


@router.post("")
async def turn_on(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Turn it on with a first code, and show the recovery codes, once."""
    await require_password(request, services, session, form)
    try:
        codes = await services.second_factors.turn_on(session.account.account, form.text("code").replace(" ", ""))
    except WrongCode:
        _ = words_for(request)
        error = _("This code does not fit. Is the clock of the telephone right?")
        return await _page(request, session, services, error)
    return services.pages.page(request, "recovery_codes.html", codes=codes)


@router.post("/off")
async def turn_off(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Turn it off; recovery codes are worth nothing then."""
    await require_password(request, services, session, form)
    await services.second_factors.turn_off(session.account.account)
    return see("/settings")


def address_of(secret: bytes, email: str, brand: str) -> str:
    """What an app reads off the picture (the Key URI format of Google Authenticator)."""
    typed = base64.b32encode(secret).decode()
    return f"otpauth://totp/{quote(brand)}:{quote(email)}?secret={typed}&issuer={quote(brand)}"


async def _page(request: Request, session: Session, services: Services, error: str = "") -> Response:
    account = session.account
    is_on = await services.second_factors.is_on(account.account)
    secret = b"" if is_on else await services.second_factors.pending(account.account)
    return services.pages.page(
        request,
        "second_factor.html",
        status=422 if error else 200,
        is_on=is_on,
        typed=base64.b32encode(secret).decode(),
        picture=qr(address_of(secret, account.email, services.pages.brand)),
        error=error,
    )
