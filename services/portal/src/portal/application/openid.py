"""Signing in through an OpenID Connect provider: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

An identity at the provider opens an account only once the owner of the account has linked the two. A mail address alone
opens nothing, not even one that the provider has verified. A session that came from the provider ends with the one
there, when the provider says so (OpenID Connect Back-Channel Logout 1.0).
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from portal.application.accounts import Account, Accounts, ProviderSession
from portal.application.signing_in import Opened, SigningIn, WrongPassword

HELD = timedelta(minutes=10)
"""How long an identity waits for the owner of an account to link it."""
LOGOUT_LIFE = timedelta(minutes=10)
"""So old may a logout token be."""
LOGOUTS_KEPT = 2 * LOGOUT_LIFE
"""So long is it remembered that one was taken: longer than it is believed, whatever the provider's clock says."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back.

    State, nonce and PKCE verifier follow from a secret that only this browser has, and from its cookie. So nothing of
    an attempt is kept here, and what comes back to another browser fits nothing.
    """

    secret: str
    visitor: str

    @classmethod
    def new(cls, visitor: str) -> "Attempt":
        return cls(secrets.token_urlsafe(SECRET_BYTES), visitor)

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """S256 of the verifier (RFC 7636, 4.2)."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, what: str) -> str:
        said = f"licensing openid {what}\0{self.visitor}".encode()
        return _base64url(hmac.new(self.secret.encode(), said, hashlib.sha256).digest())


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider. `email` is empty where the provider names none that it has verified.

    `sid` is the session there in which they said so, where the provider names it.
    """

    issuer: str
    subject: str
    email: str
    name: str
    sid: str = ""

    @property
    def session(self) -> ProviderSession:
        """What a session ends with that this identity opens."""
        return ProviderSession(self.issuer, self.subject, self.sid)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a logout token says: this session at the provider has ended, or without `sid` all of its subject.

    `subject` is empty where the session alone is named. `jti` is the token's own name.
    """

    session: ProviderSession
    jti: str


@dataclass(frozen=True, slots=True)
class Held:
    """An identity that waits to be linked, and the page that was wanted.

    `account` is the one whose password was given for it, where only the second factor is missing.
    """

    identity: Identity
    wanted: str
    account: str | None = None


class NotVouched(Exception):  # noqa: N818 - states the world
    """The provider does not say who this is, or its answer does not hold; the message is for the log."""


class Provider(Protocol):
    """The configured provider; raises Trouble where it is away."""

    @property
    def name(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    async def way_in(self, attempt: Attempt) -> str:
        """The address at the provider where somebody signs in."""
        ...

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        """Whom the provider vouches for with this code; raises NotVouched."""
        ...

    async def way_out(self) -> str | None:
        """The address at the provider where somebody signs out, if it has one."""
        ...

    async def ended(self, logout_token: str) -> Ended:
        """What the provider says has ended; raises NotVouched for what it has not said, or not just now."""
        ...


class Identities(Protocol):
    """Identities that are linked with accounts, and those that wait for it.

    Raises Trouble where the database is away.
    """

    async def account_of(self, issuer: str, subject: str) -> tuple[str, bool] | None:
        """The account that is linked, and whether it is active."""
        ...

    async def link(self, account: str, identity: Identity, now: datetime) -> bool:
        """Whether it is linked now: False if it belongs to another account."""
        ...

    async def unlink(self, account: str, subject: str) -> None: ...
    async def of_account(self, account: str) -> list[Identity]: ...
    async def hold(self, cookie: str, held: Held, now: datetime) -> None: ...
    async def held(self, cookie: str, since: datetime) -> Held | None: ...
    async def let_go(self, cookie: str) -> None: ...
    async def end_sessions(self, ended: Ended, now: datetime) -> bool:
        """End what came from that session, and what of it waits; False if this was said before."""
        ...


class NothingHeld(Exception):  # noqa: N818 - states the world
    """No identity waits in this browser, or it waited too long."""


class LinkedElsewhere(Exception):  # noqa: N818 - states the world
    """The identity, or its mail address, belongs to another account."""


class AccountLocked(Exception):  # noqa: N818 - states the world
    """The account that the identity is linked with is locked."""


@dataclass(frozen=True, slots=True)
class OpenId:
    """Opens sessions for identities, and links them with accounts."""

    provider: Provider
    identities: Identities
    accounts: Accounts
    signing_in: SigningIn
    clock: Callable[[], datetime]

    async def arrive(self, identity: Identity, *, cookie: str, wanted: str, browser: str) -> Opened | None:
        """A session of the account that is linked; None where the identity now waits for that. Raises AccountLocked."""
        linked = await self.identities.account_of(identity.issuer, identity.subject)
        if linked is None:
            await self.identities.hold(cookie, Held(identity, wanted), self.clock())
            return None
        account, is_active = linked
        if not is_active:
            raise AccountLocked
        return await self.signing_in.open_session(
            account, browser=browser, is_confirmed=False, provider=identity.session
        )

    async def log_out(self, logout_token: str) -> None:
        """End the sessions of which the provider says that theirs has ended; raises NotVouched."""
        ended = await self.provider.ended(logout_token)
        if not await self.identities.end_sessions(ended, self.clock()):
            raise NotVouched("the logout token was taken before")

    async def held(self, cookie: str) -> Held:
        """What waits in this browser; raises NothingHeld."""
        held = await self.identities.held(cookie, self.clock() - HELD)
        if held is None:
            raise NothingHeld
        return held

    async def has_account(self, held: Held) -> bool:
        """Whether there is an account with the address that the provider has verified."""
        return bool(held.identity.email) and await self.accounts.by_email(held.identity.email) is not None

    async def link(self, cookie: str, account: str) -> None:
        """Link what waits in the browser of a signed-in owner; raises NothingHeld and LinkedElsewhere."""
        await self._link(cookie, account, (await self.held(cookie)).identity)

    async def sign_in_and_link(self, cookie: str, password: str, *, address: str, browser: str) -> Opened:
        """Link what waits with the account of its address, for who knows the password of that.

        Where there is a second factor, it waits on, with the session that does: see `link_behind`.
        Raises WrongPassword, TooManyTries, NothingHeld and LinkedElsewhere.
        """
        held = await self.held(cookie)
        if not held.identity.email:
            raise WrongPassword
        account = (await self.signing_in.checked(held.identity.email, password, address=address)).account
        if not await self.signing_in.second_factors.are_asked_for(account):
            await self._link(cookie, account, held.identity)
            return await self.signing_in.open_session(account, browser=browser, provider=held.identity.session)
        opened = await self.signing_in.open_session(account, browser=browser, provider=held.identity.session)
        await self.identities.hold(opened.cookie, replace(held, account=account), self.clock())
        await self.identities.let_go(cookie)
        return opened

    async def link_behind(self, cookie: str, account: str) -> None:
        """Link what waits for the second factor of an account, which its session of this cookie has just shown.

        What came into the browser since, without the password, is not linked.
        """
        held = await self.identities.held(cookie, self.clock() - HELD)
        if held is not None and held.account == account:
            await self._link(cookie, account, held.identity)

    async def register(self, cookie: str, *, name: str, password: str, language: str, browser: str) -> Opened:
        """Make an account for the verified address of what waits; raises NothingHeld and LinkedElsewhere."""
        identity = (await self.held(cookie)).identity
        account = Account(str(uuid.uuid4()), identity.email, name, language)
        hashed = await self.signing_in.passwords.hash(password)
        if not identity.email or not await self.accounts.add(account, hashed):
            raise LinkedElsewhere
        await self._link(cookie, account.account, identity)
        return await self.signing_in.open_session(account.account, browser=browser, provider=identity.session)

    async def _link(self, cookie: str, account: str, identity: Identity) -> None:
        if not await self.identities.link(account, identity, self.clock()):
            raise LinkedElsewhere
        await self.identities.let_go(cookie)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
