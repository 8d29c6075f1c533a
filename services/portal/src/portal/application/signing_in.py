"""Signing in: with a password, and a second factor where there is one; or with a passkey, which is both.

It is as slow for an account that does not exist as for one that does.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal.application.accounts import SESSION_LIFE, Account, Accounts, ProviderSession, Session, Sessions
from portal.application.passkeys import Passkeys
from portal.application.patience import Patience
from portal.application.second_factors import SecondFactors

COOKIE_BYTES = 32


class Passwords(Protocol):
    """Hashes passwords and checks them; both take a tenth of a second."""

    async def hash(self, password: str) -> str: ...
    async def fits(self, password: str, known: str | None) -> bool:
        """Whether it is the password of this hash; takes as long without one."""
        ...


class WrongPassword(Exception):  # noqa: N818 - states the world
    """There is no account with this address and password."""


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
    patience: Patience
    passwords: Passwords
    second_factors: SecondFactors
    passkeys: Passkeys
    clock: Callable[[], datetime]

    async def sign_in(self, email: str, password: str, *, address: str, browser: str) -> Opened:
        """A new session; raises WrongPassword and TooManyTries."""
        account = await self.checked(email, password, address=address)
        return await self.open_session(account.account, browser=browser)

    async def open_session(
        self, account: str, *, browser: str, is_confirmed: bool = True, provider: ProviderSession | None = None
    ) -> Opened:
        """A new session of whoever has just shown who they are; it waits where there is a second factor.

        It `is_confirmed` where they did so here: what can't be undone asks others for the password first. Of whoever
        came from a `provider`, it ends when theirs ends there.
        """
        waits = await self.second_factors.are_asked_for(account)
        return await self._open(account, browser, waits=waits, is_confirmed=is_confirmed, provider=provider)

    async def sign_in_by_passkey(self, cookie: str, answer: str, *, address: str, browser: str) -> Opened:
        """A new session for who shows a passkey; raises PasskeyRefused and TooManyTries."""
        account = await self._by_passkey(None, cookie, answer, address)
        return await self._open(account, browser, waits=False, is_confirmed=True)

    async def _open(
        self,
        account: str,
        browser: str,
        *,
        waits: bool,
        is_confirmed: bool,
        provider: ProviderSession | None = None,
    ) -> Opened:
        cookie, now = new_cookie(), self.clock()
        confirmed = now if is_confirmed else now - SESSION_LIFE
        await self.sessions.open(account, cookie, browser, now, waits=waits, confirmed=confirmed, provider=provider)
        return Opened(cookie, waits)

    async def enter_code(self, cookie: str, code: str, *, address: str) -> str:
        """The cookie of the session that waited; raises WrongCode, TooManyTries, and WrongPassword if none waits."""
        account = await self.sessions.find_waiting(cookie, self.clock())
        if account is None:
            raise WrongPassword
        one = await self.patience.begin(f"code {account}", address=address)
        await self.second_factors.use(account, code)
        await self.patience.forgive(one)
        return await self._complete(cookie)

    async def enter_passkey(self, cookie: str, answer: str, *, address: str) -> str:
        """The same with a passkey; raises PasskeyRefused, TooManyTries, and WrongPassword if no session waits."""
        account = await self.sessions.find_waiting(cookie, self.clock())
        if account is None:
            raise WrongPassword
        await self._by_passkey(account, cookie, answer, address)
        return await self._complete(cookie)

    async def _complete(self, cookie: str) -> str:
        fresh = new_cookie()
        await self.sessions.complete(cookie, fresh)
        return fresh

    async def confirm(self, session: Session, password: str, *, address: str) -> None:
        """Note that whoever uses this session knows its password; raises WrongPassword and TooManyTries."""
        await self.checked(session.account.email, password, address=address)
        await self.sessions.confirm(session.session, self.clock())

    async def confirm_by_passkey(self, session: Session, answer: str, *, address: str) -> None:
        """Note that its owner uses this session; raises PasskeyRefused and TooManyTries."""
        await self._by_passkey(session.account.account, session.cookie, answer, address)
        await self.sessions.confirm(session.session, self.clock())

    async def _by_passkey(self, account: str | None, cookie: str, answer: str, address: str) -> str:
        """Nobody guesses a passkey: so what fails in one browser is not counted for its neighbours."""
        one = await self.patience.begin(f"passkey {account or cookie}", address=address)
        shown = await self.passkeys.show(account, cookie, answer)
        await self.patience.forgive(one)
        return shown

    async def checked(self, email: str, password: str, *, address: str) -> Account:
        """The account whose address and password these are; raises WrongPassword and TooManyTries."""
        email = email.strip().lower()
        one = await self.patience.begin(email, address=address)
        known = await self.accounts.by_email(email)
        fits = await self.passwords.fits(password, known[1] if known else None)
        if known is None or not fits:
            raise WrongPassword
        await self.patience.forgive(one)
        return known[0]


def new_cookie() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(COOKIE_BYTES)
