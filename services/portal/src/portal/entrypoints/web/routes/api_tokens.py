"""API tokens of an account, which its programs exchange for short-lived ones."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.accounts import Session
from portal.application.api_tokens import TooManyTokens
from portal.domain.api_tokens import LIVES_DAYS, MOST_TOKENS
from portal.domain.names import flaw
from portal.entrypoints.web import scope_words
from portal.entrypoints.web.confirming import require_password
from portal.entrypoints.web.dependencies import Services, TheServices, TheSession
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import see, words_for
from portal.entrypoints.web.routes.oauth import TOKEN

MOST_NAME = 40
USUAL_DAYS = 90

router = APIRouter(prefix="/settings/api-tokens")


@router.get("")
async def tokens_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """Those of the account, and a form that makes one."""
    return await _page(request, session, services, Form([]))


@router.post("")
async def make(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Make one for the company that is chosen, and show its secret, once."""
    if session.company is None:
        return see("/company")
    _, name, days = words_for(request), form.text("name"), form.whole("days")
    scopes = scope_words.chosen(form)
    if not name or len(name) > MOST_NAME or days not in LIVES_DAYS:
        return await _page(request, session, services, form, _("Say what it is for, and how long it shall work."))
    if (error := flaw(name)) is not None:
        return await _page(request, session, services, form, _(error))
    if not scopes:
        return await _page(request, session, services, form, _("Choose what it may be used for."))
    await require_password(request, services, session, form)
    try:
        made = await services.api_tokens.make(
            session.account.account, session.company, name=name, scopes=scopes, days=days
        )
    except TooManyTokens:
        error = _("You have {most} API tokens that work. End one of them first.", most=MOST_TOKENS)
        return await _page(request, session, services, form, error, status=409)
    command = f"curl --user {made.token.client_id} --data grant_type=client_credentials {services.address}{TOKEN}"
    return services.pages.page(request, "api_token.html", made=made, command=command)


@router.post("/ends")
async def end(session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Let one work no longer; what it was exchanged for ends within a minute."""
    await services.api_tokens.end(session.account.account, form.text("client_id"))
    return see("/settings/api-tokens")


async def _page(
    request: Request, session: Session, services: Services, typed: Form, error: str = "", *, status: int = 422
) -> Response:
    now = services.clock()
    tokens = await services.api_tokens.kept.of_account(session.account.account, now)
    return services.pages.page(
        request,
        "api_tokens.html",
        status=status if error else 200,
        tokens=tokens,
        companies=await services.accounts.company_names(sorted({one.company for one in tokens})),
        scopes_of=scope_words.in_words,
        areas=scope_words.AREA_WORDS,
        ways=scope_words.WAY_WORDS,
        lives=LIVES_DAYS,
        usual=typed.whole("days") or USUAL_DAYS,
        typed=typed,
        most_name=MOST_NAME,
        now=now,
        error=error,
    )
