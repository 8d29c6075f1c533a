"""Accounts and sessions, which only the portal knows: the ledger holds opaque ids (decision D9)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

SESSION_IDLE = timedelta(hours=12)
"""A session that nobody used for so long has ended."""
SESSION_LIFE = timedelta(days=14)
WAITING_LIFE = timedelta(minutes=10)
"""How long a session waits for its second factor."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's login; `account` is the id that the ledger knows."""

    account: str
    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser in which somebody is signed in.

    `reached` is the last entry that was made from it: its pages show at least that. `confirmed` is when its owner last
    showed in it to be the owner.
    """

    session: str
    account: Account
    company: str | None
    company_name: str | None
    company_kind: str | None
    reached: int | None
    opened: datetime
    confirmed: datetime
    used: datetime
    browser: str
    cookie: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """The session at an OpenID Connect provider that opened one here; `sid` is empty where the provider names none."""

    issuer: str
    subject: str
    sid: str


class Accounts(Protocol):
    """Raises Trouble where the database is away."""

    async def add(self, account: Account, password_hash: str) -> bool:
        """Whether it was added: False if the address or the id is taken, or the id is that of an erased account."""
        ...

    async def by_email(self, email: str) -> tuple[Account, str] | None:
        """An account with the hash of its password, where it is active."""
        ...

    async def names(self, accounts: list[str]) -> dict[str, str]:
        """The names of those accounts that there are; an empty one where the account was erased."""
        ...

    async def company_names(self, companies: list[str]) -> dict[str, str]: ...
    async def companies_named(self, part: str, most: int, after: str = "") -> dict[str, str]:
        """Companies whose name has this part, whatever its case, by name, from behind a company on."""
        ...

    async def name_company(self, company: str, name: str) -> None: ...
    async def set_password(self, account: str, password_hash: str) -> None: ...
    async def set_language(self, account: str, language: str) -> None: ...
    async def erase(self, email: str, now: datetime) -> str | None:
        """The id of the account that was erased, with all that is known of its person; the id alone stays."""
        ...


class Sessions(Protocol):
    """Raises Trouble where the database is away. Cookies themselves are kept nowhere, only their digests."""

    async def open(
        self,
        account: str,
        cookie: str,
        browser: str,
        now: datetime,
        *,
        waits: bool,
        confirmed: datetime,
        provider: ProviderSession | None = None,
    ) -> None:
        """Open a session; it ends with that at the `provider` that it came from."""
        ...

    async def find_waiting(self, cookie: str, now: datetime) -> str | None:
        """The account of a session that waits for the second factor, for ten minutes."""
        ...

    async def complete(self, cookie: str, fresh: str) -> None:
        """The session waits no longer, under a cookie that nobody has seen before."""
        ...

    async def find(self, cookie: str, now: datetime) -> Session | None: ...
    async def look(self, cookie: str, now: datetime) -> Session | None:
        """The same, which is no use of the session: it ends as if nobody had asked."""
        ...

    async def of_account(self, account: str, now: datetime) -> list[Session]: ...
    async def choose(self, session: str, company: str, kind: str) -> None: ...
    async def reach(self, session: str, sequence: int) -> None: ...
    async def confirm(self, session: str, now: datetime) -> None: ...
    async def end(self, account: str, session: str) -> None: ...
    async def end_others(self, account: str, session: str) -> None: ...


class Failures(Protocol):
    """Passwords that were tried in vain."""

    async def count(self, email: str, network: str, now: datetime) -> tuple[int, int]:
        """In the window: of this network with this account, and of this network with any."""
        ...

    async def note(self, email: str, network: str, now: datetime) -> None: ...
    async def forget(self, email: str, network: str, noted: datetime) -> None:
        """Count one that was noted then no longer."""
        ...
