"""Accounts by mail: registering one, and another password for one that was forgotten."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.application.letters import Kind, Letter, Message, PostAway
from portal.application.patience import TooManyTries
from portal.domain.mail_addresses import is_mail_address
from portal.domain.names import flaw
from portal.domain.passwords import weakness
from portal.entrypoints.web.dependencies import Services, TheServices
from portal.entrypoints.web.forms import Form, TheForm
from portal.entrypoints.web.pages import address_of, see, words_for
from portal.entrypoints.web.words import Words
from runtime.logs import get_logger

MOST_NAME = 80

router = APIRouter()
_log = get_logger("portal.letters")


@router.get("/register")
async def register_page(request: Request, services: TheServices) -> Response:
    """The form for an address."""
    return _ask_page(request, services, "register")


@router.get("/password")
async def password_page(request: Request, services: TheServices) -> Response:
    """The form for the address of an account."""
    return _ask_page(request, services, "reset")


@router.post("/register")
async def ask_to_register(request: Request, services: TheServices, form: TheForm) -> Response:
    """Send a letter, whether there is such an account or not."""
    return await _asked(request, services, "register", form)


@router.post("/password")
async def ask_to_reset(request: Request, services: TheServices, form: TheForm) -> Response:
    """Send a letter if there is such an account, and say the same if there is none."""
    return await _asked(request, services, "reset", form)


@router.get("/register/{token}")
async def complete_page(request: Request, services: TheServices, token: str) -> Response:
    """The form for name and password."""
    return await _complete_page(request, services, "register", token)


@router.get("/password/{token}")
async def reset_page(request: Request, services: TheServices, token: str) -> Response:
    """The form for another password."""
    return await _complete_page(request, services, "reset", token)


@router.post("/register/{token}")
async def register(request: Request, services: TheServices, token: str, form: TheForm) -> Response:
    """Make the account."""
    password, name = form.secret("password"), form.text("name")[:MOST_NAME]
    error = await _wrong(services, "register", token, password) or flaw(name)
    if error is not None or not name:
        return await _complete_page(request, services, "register", token, form=form, error=error or "")
    language = words_for(request).language
    await services.letters.register(token, name=name, password=password, language=language)
    return see("/sign-in?done=register")


@router.post("/password/{token}")
async def reset(request: Request, services: TheServices, token: str, form: TheForm) -> Response:
    """Give the account another password; every browser is signed out."""
    password = form.secret("password")
    if (error := await _wrong(services, "reset", token, password)) is not None:
        return await _complete_page(request, services, "reset", token, form=form, error=error)
    await services.letters.reset(token, password=password)
    return see("/sign-in?done=reset")


def text_of(letter: Letter, words: Words, *, address: str, brand: str) -> Message:
    """What a letter says."""
    _ = words
    if letter.kind == "register" and letter.is_known:
        link = f"{address}/password"
        said = _("There is an account with this address already. If you forgot its password, choose another one:")
        return Message(_("Your account at {brand}", brand=brand), f"{said}\n\n{link}\n")
    place = "register" if letter.kind == "register" else "password"
    said = (
        _("Go on here, within an hour, to make your account:")
        if letter.kind == "register"
        else _("Choose another password here, within an hour:")
    )
    ending = _("If you did not ask for this, there is nothing to do.")
    text = f"{said}\n\n{address}/{place}/{letter.token}\n\n{ending}\n"
    return Message(_("Your account at {brand}", brand=brand), text)


def _ask_page(
    request: Request, services: Services, kind: Kind, *, email: str = "", error: str = "", status: int = 200
) -> Response:
    if services.post is None:
        raise HTTPException(404)
    return services.pages.page(request, "by_mail.html", status=status, kind=kind, email=email, sent="", error=error)


async def _asked(request: Request, services: Services, kind: Kind, form: Form) -> Response:
    _ = words_for(request)
    email = form.text("email")
    if services.post is None:
        raise HTTPException(404)
    if not is_mail_address(email):
        return _ask_page(request, services, kind, email=email, error=_("This is no e-mail address."), status=422)

    def write(letter: Letter) -> Message:
        return text_of(letter, _, address=services.address, brand=services.pages.brand)

    try:
        await services.post.check()
        letter = await services.letters.ask(kind, email, write, address=address_of(request))
    except TooManyTries:
        error = _("Too many tries from here. Wait a quarter of an hour.")
        return _ask_page(request, services, kind, email=email, error=error, status=429)
    except PostAway as away:
        _log.warning("letter_not_sent", reason=str(away))
        error = _("Letters can't be sent at the moment. Try again in a minute.")
        return _ask_page(request, services, kind, email=email, error=error, status=503)
    services.post.wake()
    return services.pages.page(request, "by_mail.html", kind=kind, email="", sent=letter.email, error="")


async def _wrong(services: Services, kind: Kind, token: str, password: str) -> str | None:
    return weakness(password, await services.letters.email_of(kind, token))


async def _complete_page(
    request: Request,
    services: Services,
    kind: Kind,
    token: str,
    *,
    form: Form | None = None,
    error: str = "",
) -> Response:
    _ = words_for(request)
    email = await services.letters.email_of(kind, token)
    return services.pages.page(
        request,
        "by_mail_complete.html",
        status=422 if form else 200,
        kind=kind,
        token=token,
        email=email,
        name=form.text("name") if form else "",
        error=_(error) if error else "",
    )
