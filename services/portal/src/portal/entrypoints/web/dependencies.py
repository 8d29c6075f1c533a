"""What the pages depend on: the services, and who visits.

Dependencies are coroutines although some await nothing: FastAPI runs a plain function in another thread.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast
from urllib.parse import unquote

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from portal.adapters.apis import Apis, Asking
from portal.adapters.entry_stream import EntryStreams
from portal.adapters.issuer import TokenIssuer
from portal.application.accounts import Accounts, Session, Sessions
from portal.application.api_tokens import ApiTokens
from portal.application.letters import Letters
from portal.application.openid import OpenId
from portal.application.outbox import Postman
from portal.application.passkeys import Passkeys
from portal.application.second_factors import SecondFactors
from portal.application.signing_in import SigningIn
from portal.entrypoints.web.forms import UNREADABLE, visitors_cookie
from portal.entrypoints.web.static_files import StaticFiles

if TYPE_CHECKING:
    from portal.entrypoints.web.pages import Pages

NO_COMPANY = "00000000-0000-0000-0000-000000000000"
"""What a token says before a company is chosen: with it one may ask which there are."""


LIVE = "/live"
"""Where an open page listens to what happens elsewhere."""
REFRESH = "Live-Refresh"
"""The header of a request that an open page makes by itself."""


class SignInFirst(Exception):  # noqa: N818 - states the world
    """The page is for people who are signed in."""


class ChooseCompanyFirst(Exception):  # noqa: N818 - states the world
    """The page is about a company, and none is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What pages work with."""

    accounts: Accounts
    sessions: Sessions
    signing_in: SigningIn
    second_factors: SecondFactors
    passkeys: Passkeys
    api_tokens: ApiTokens
    openid: OpenId | None
    letters: Letters
    post: Postman | None
    issuer: TokenIssuer
    apis: Apis
    streams: EntryStreams
    pages: "Pages"
    files: StaticFiles
    clock: Callable[[], datetime]
    address: str
    """Where people reach the portal."""
    is_secure: bool
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once this process stops: what would go on without end goes on no longer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody signed in, acting for a company, with the APIs as they see them."""

    session: Session
    company: str
    api: Asking

    @property
    def is_staff(self) -> bool:
        """Whether they act for the vendor. What its plain members may not do, the APIs refuse."""
        return self.session.company_kind == "vendor"


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


TheServices = Annotated[Services, Depends(_services)]


async def readable(request: Request) -> None:
    """Refuse a path with a character that no table takes; the doorkeeper leaves it out of queries."""
    if UNREADABLE in unquote(request.url.path):
        raise HTTPException(422)


async def _visitor(request: Request, services: TheServices) -> Session | None:
    find = services.sessions.look if _is_by_itself(request) else services.sessions.find
    session = await find(visitors_cookie(request), services.clock())
    request.state.session = session
    return session


def _is_by_itself(request: Request) -> bool:
    """Whether a page asks that is merely open: that is no use of the session, which ends where nobody is there."""
    return request.url.path == LIVE or REFRESH in request.headers


TheVisitor = Annotated[Session | None, Depends(_visitor)]


async def _session(visitor: TheVisitor) -> Session:
    if visitor is None:
        raise SignInFirst
    return visitor


TheSession = Annotated[Session, Depends(_session)]


async def _visit(session: TheSession, services: TheServices) -> Visit:
    if session.company is None:
        raise ChooseCompanyFirst
    api = services.apis.acting(session.account.account, session.company, session.reached)
    return Visit(session, session.company, api)


TheVisit = Annotated[Visit, Depends(_visit)]


async def _staff(visit: TheVisit) -> Visit:
    if not visit.is_staff:
        raise HTTPException(404)
    return visit


TheStaff = Annotated[Visit, Depends(_staff)]
"""Somebody of the vendor; to others there is no such page."""
