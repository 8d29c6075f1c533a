"""Makes pages from templates, in the visitor's language."""

from typing import Any, cast

from fastapi import Request
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal.application.accounts import Session
from portal.entrypoints.web import formats, sentences
from portal.entrypoints.web.forms import FORM_TOKEN, cookie_name, form_token, visitors_cookie
from portal.entrypoints.web.rights import RIGHTS
from portal.entrypoints.web.static_files import StaticFiles
from portal.entrypoints.web.words import LANGUAGES, Words, language_of


class Pages:
    """All templates; a name that a template does not get is a defect, not a blank.

    `compiled` keeps what templates become, for whoever makes many portals in one process.
    """

    def __init__(self, files: StaticFiles, *, brand: str, compiled: BytecodeCache | None = None) -> None:
        self._env = Environment(
            loader=PackageLoader("portal.entrypoints.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=compiled,
        )
        self.brand = brand
        known: dict[str, Any] = cast("dict[str, Any]", self._env.globals)
        known |= {
            "brand": brand,
            "static": files.address,
            "languages": LANGUAGES,
            "form_token_name": FORM_TOKEN,
            "words_of_rights": RIGHTS,
        }
        self._env.filters.update(formats.FILTERS)

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page; a visitor without a cookie gets one with it, which its forms need."""
        cookie = visitors_cookie(request)
        session: Session | None = getattr(request.state, "session", None)
        words = words_for(request)
        text = self._env.get_template(template).render(
            _=words,
            sentence=lambda entry: sentences.sentence(entry, words),
            session=session,
            form_token=form_token(cookie),
            path=request.url.path,
            here=here(request),
            request_id=request.state.correlation_id,
            **values,
        )
        response = HTMLResponse(text, status)
        if request.state.is_new_visitor:
            give_cookie(request, response, cookie)
        return response


def words_for(request: Request) -> Words:
    """The visitor's language: that of the account, else the one that the browser asks for."""
    session: Session | None = getattr(request.state, "session", None)
    wanted = session.account.language if session else language_of(request.headers.get("accept-language", ""))
    return Words(wanted)


def give_cookie(request: Request, response: Response, cookie: str) -> None:
    """Have the browser keep a cookie that no script sees and no other site sends along."""
    secure = request.state.services.is_secure
    response.set_cookie(cookie_name(is_secure=secure), cookie, httponly=True, secure=secure, samesite="lax", path="/")


def address_of(request: Request) -> str:
    """From where somebody asks."""
    return request.client.host if request.client else ""


def see(address: str) -> Response:
    """Go on at another address, after a form."""
    return RedirectResponse(address, 303)


def here(request: Request) -> str:
    """The address of this page with its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
