"""What needs a letter: a new account, and a password that was forgotten.

A letter has a link that works once, for an hour. It waits in the outbox until somebody takes it.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from portal.application.accounts import Account, Accounts, Sessions
from portal.application.patience import Patience
from portal.application.signing_in import Passwords
from runtime.trouble import Trouble

LIFE = timedelta(hours=1)
TOKEN_BYTES = 24

Kind = Literal["register", "reset"]


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, and the token of its link. `is_known` says that there is an account already."""

    kind: Kind
    email: str
    token: str
    is_known: bool

    @property
    def goes_out(self) -> bool:
        """Nobody gets another password for an account that is not there."""
        return self.is_known or self.kind == "register"


class Message(NamedTuple):
    """What is read of a letter."""

    subject: str
    text: str


class PostAway(Trouble):
    """Nobody takes letters at the moment, whoever they are for."""


class Post(Protocol):
    """Sends letters; raises PostAway where nobody takes them."""

    async def check(self) -> None:
        """Raises PostAway, before anybody is told that a letter is on its way."""
        ...

    async def send(self, to: str, message: Message, *, letter: str) -> None:
        """Send a message; the same letter twice can be told from two."""
        ...


class Tokens(Protocol):
    """Tokens of letters, kept by digest. Raises Trouble where the database is away."""

    async def add(self, letter: Letter, message: Message, now: datetime) -> None:
        """Keep a token, and with it the message until it is sent, if it goes out: both, or neither."""
        ...

    async def email_of(self, token: str, kind: Kind, since: datetime) -> str | None:
        """Whom it was sent to, if it is not used and not older."""
        ...

    async def use(self, token: str) -> bool:
        """Whether it is used up by this very call."""
        ...


class LinkEnded(Exception):  # noqa: N818 - states the world
    """The link is too old, was used, or never was."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Asks for letters, and does what their links are for."""

    accounts: Accounts
    sessions: Sessions
    patience: Patience
    tokens: Tokens
    passwords: Passwords
    clock: Callable[[], datetime]

    async def ask(self, kind: Kind, email: str, write: Callable[[Letter], Message], *, address: str) -> Letter:
        """Write a letter, which waits from now on; as much work for an account that is not there.

        Raises TooManyTries.
        """
        email = email.strip().lower()
        await self.patience.begin(f"letter {email}", address=address)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        is_known = await self.accounts.by_email(email) is not None
        letter = Letter(kind, email, token, is_known)
        await self.tokens.add(letter, write(letter), self.clock())
        return letter

    async def email_of(self, kind: Kind, token: str) -> str:
        """Whom the link was sent to; raises LinkEnded."""
        email = await self.tokens.email_of(token, kind, self.clock() - LIFE)
        if email is None:
            raise LinkEnded
        return email

    async def register(self, token: str, *, name: str, password: str, language: str) -> None:
        """Make the account that the link is for; raises LinkEnded."""
        email = await self._used("register", token)
        account = Account(str(uuid.uuid4()), email, name, language)
        if not await self.accounts.add(account, await self.passwords.hash(password)):
            raise LinkEnded

    async def reset(self, token: str, *, password: str) -> None:
        """Give the account another password, and end all its sessions; raises LinkEnded."""
        email = await self._used("reset", token)
        known = await self.accounts.by_email(email)
        if known is None:
            raise LinkEnded
        account = known[0].account
        await self.accounts.set_password(account, await self.passwords.hash(password))
        await self.sessions.end_others(account, "")

    async def _used(self, kind: Kind, token: str) -> str:
        email = await self.email_of(kind, token)
        if not await self.tokens.use(token):
            raise LinkEnded
        return email
