"""Signing in with a password, and a code where one is asked for.

It is as slow for an account that does not exist as for one that does.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal.application.accounts import Account, Accounts, Failures, Session, Sessions
from portal.application.second_factors import SecondFactors, WrongCode
from portal.domain.patience import may_try, network_of

COOKIE_BYTES = 32


class Passwords(Protocol):
    """Hashes passwords and checks them; both take a tenth of a second."""

    async def hash(self, password: str) -> str: ...
    async def fits(self, password: str, known: str | None) -> bool:
        """Whether it is the password of this hash; takes as long without one."""
        ...


class WrongPassword(Exception):  # noqa: N818 - states the world
    """There is no account with this address and password."""


class TooManyTries(Exception):  # noqa: N818 - states the world
    """Somebody in this network has tried too often; it may try again in a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The cookie of a new session, and whether it waits for the second factor."""

    cookie: str
    waits: bool


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Opens sessions."""

    accounts: Accounts
    sessions: Sessions
    failures: Failures
    passwords: Passwords
    second_factors: SecondFactors
    clock: Callable[[], datetime]

    async def sign_in(self, email: str, password: str, *, address: str, browser: str) -> Opened:
        """A new session; raises WrongPassword and TooManyTries."""
        account = await self._checked(email.strip().lower(), password, network_of(address))
        waits = await self.second_factors.is_on(account.account)
        cookie = new_cookie()
        await self.sessions.open(account.account, cookie, browser, self.clock(), waits=waits)
        return Opened(cookie, waits)

    async def enter_code(self, cookie: str, code: str, *, address: str) -> str:
        """The cookie of the session that waited; raises WrongCode, TooManyTries, and WrongPassword if none waits."""
        account = await self.sessions.find_waiting(cookie, self.clock())
        if account is None:
            raise WrongPassword
        network, counted = network_of(address), f"code {account}"
        await self._patient(counted, network)
        try:
            await self.second_factors.use(account, code)
        except WrongCode:
            await self.failures.note(counted, network, self.clock())
            raise
        fresh = new_cookie()
        await self.sessions.complete(cookie, fresh)
        return fresh

    async def confirm(self, session: Session, password: str, *, address: str) -> None:
        """Note that whoever uses this session knows its password; raises WrongPassword and TooManyTries."""
        await self._checked(session.account.email, password, network_of(address))
        await self.sessions.confirm(session.session, self.clock())

    async def _checked(self, email: str, password: str, network: str) -> Account:
        await self._patient(email, network)
        known = await self.accounts.by_email(email)
        fits = await self.passwords.fits(password, known[1] if known else None)
        if known is None or not fits:
            await self.failures.note(email, network, self.clock())
            raise WrongPassword
        return known[0]

    async def _patient(self, counted: str, network: str) -> None:
        with_account, of_network = await self.failures.count(counted, network, self.clock())
        if not may_try(with_account=with_account, of_network=of_network):
            raise TooManyTries


def new_cookie() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(COOKIE_BYTES)
