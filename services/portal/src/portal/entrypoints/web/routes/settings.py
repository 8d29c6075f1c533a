"""The account's own settings: language, password, sessions."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.application.patience import TooManyTries
from portal.application.signing_in import WrongPassword
from portal.domain.passwords import weakness
from portal.entrypoints.web.dependencies import TheServices, TheSession
from portal.entrypoints.web.forms import TheForm
from portal.entrypoints.web.pages import address_of, see, words_for
from portal.entrypoints.web.words import LANGUAGES

router = APIRouter()


@router.get("/settings")
async def settings_page(request: Request, session: TheSession, services: TheServices) -> Response:
    """Language, password, the sessions that are open, and ways to the rest."""
    return await _page(request, session, services)


@router.post("/settings/language")
async def choose_language(session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Read the portal in another language."""
    if (language := form.text("language")) in LANGUAGES:
        await services.accounts.set_language(session.account.account, language)
    return see("/settings")


@router.post("/settings/password")
async def change_password(request: Request, session: TheSession, services: TheServices, form: TheForm) -> Response:
    """Change the password, and end all other sessions with the old one."""
    wanted = form.secret("new_password")
    try:
        await services.signing_in.confirm(session, form.secret("password"), address=address_of(request))
    except WrongPassword:
        return await _page(request, session, services, "The present password is another one.")
    except TooManyTries:
        sentence = "Too many tries from here. Wait a quarter of an hour."
        return await _page(request, session, services, sentence, status=429)
    if (weak := weakness(wanted, session.account.email)) is not None:
        return await _page(request, session, services, weak)
    hashed = await services.signing_in.passwords.hash(wanted)
    await services.accounts.set_password(session.account.account, hashed)
    await services.sessions.end_others(session.account.account, session.session)
    return see("/settings?changed=password")


@router.post("/settings/sessions/{ended}/end")
async def end_session(session: TheSession, services: TheServices, ended: str, _: TheForm) -> Response:
    """Sign out another browser."""
    await services.sessions.end(session.account.account, ended)
    return see("/settings")


async def _page(
    request: Request, session: TheSession, services: TheServices, error: str = "", status: int = 422
) -> Response:
    now = services.clock()
    sessions = await services.sessions.of_account(session.account.account, now)
    tokens = await services.api_tokens.kept.of_account(session.account.account, now)
    return services.pages.page(
        request,
        "settings.html",
        status=status if error else 200,
        sessions=sessions,
        provider=services.openid.provider.name if services.openid else "",
        identities=await services.openid.identities.of_account(session.account.account) if services.openid else [],
        passkeys=await services.passkeys.kept.of_account(session.account.account),
        api_tokens=sum(one.state(now) == "alive" for one in tokens),
        factor_is_on=await services.second_factors.is_on(session.account.account),
        error=words_for(request)(error) if error else "",
        changed=request.query_params.get("changed", ""),
    )
