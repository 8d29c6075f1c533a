"""Passkeys (Web Authentication, level 3): keys that a device or a password manager keeps and that no page can phish.

Each is kept together with who it is for, and shows that its owner was there and was verified. So it signs in on its
own, and it is a second factor beside the password.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.application.accounts import Account

CHALLENGE_BYTES = 32
CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20
"""Of one account: a person has a handful of devices."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a device has just made: its public key (COSE), and how often it was used."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of an account, with the name that its owner gave it."""

    credential: bytes
    account: str
    public_key: bytes
    sign_count: int
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows of a passkey: its name, and the account that the device keeps it for."""

    credential: bytes
    account: str | None
    answer: str


class PasskeyRefused(Exception):  # noqa: N818 - states the world
    """It is no passkey of this account, or it was not shown for this very challenge; the message is for the log."""


class Ceremonies(Protocol):
    """What Web Authentication does between a browser and a server; answers come from strangers."""

    def to_make(self, account: Account, challenge: bytes, known: list[bytes]) -> str:
        """The options (JSON) with which a browser makes a passkey."""
        ...

    def made(self, answer: str, challenge: bytes) -> NewPasskey:
        """Raises PasskeyRefused."""
        ...

    def to_show(self, challenge: bytes, known: list[bytes]) -> str:
        """The options (JSON) with which a browser shows one of these passkeys, or any that it has for us."""
        ...

    def shown(self, answer: str) -> Shown:
        """Which passkey an answer is of, unchecked; raises PasskeyRefused."""
        ...

    def verified(self, shown: Shown, challenge: bytes, passkey: Passkey) -> int:
        """How often it was used by now; raises PasskeyRefused."""
        ...


class KeptPasskeys(Protocol):
    """Passkeys, and the challenge of each browser. Raises Trouble where the database is away."""

    async def challenge(self, cookie: str, challenge: bytes, now: datetime) -> None: ...
    async def take_challenge(self, cookie: str, since: datetime) -> bytes | None:
        """The challenge of this browser, which this very call uses up."""
        ...

    async def add(self, passkey: Passkey) -> bool:
        """Whether it was added: False if there is one of this name."""
        ...

    async def find(self, credential: bytes) -> Passkey | None: ...
    async def of_account(self, account: str) -> list[Passkey]: ...
    async def use(self, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Whether it had been used as often as `passkey` says, until this very call."""
        ...

    async def remove(self, account: str, credential: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Passkeys:
    """Makes, shows and removes passkeys."""

    kept: KeptPasskeys
    ceremonies: Ceremonies
    clock: Callable[[], datetime]

    async def to_make(self, account: Account, cookie: str) -> str:
        """The options with which this browser makes a passkey for the account."""
        known = await self.kept.of_account(account.account)
        return self.ceremonies.to_make(account, await self._challenge(cookie), [one.credential for one in known])

    async def add(self, account: str, cookie: str, answer: str, name: str) -> None:
        """Keep what the browser has made; raises PasskeyRefused."""
        made = self.ceremonies.made(answer, await self._taken(cookie))
        passkey = Passkey(made.credential, account, made.public_key, made.sign_count, name, self.clock(), None)
        if len(await self.kept.of_account(account)) >= MOST_PASSKEYS or not await self.kept.add(passkey):
            raise PasskeyRefused("it is there already, or there are too many")

    async def to_show(self, account: str | None, cookie: str) -> str:
        """The options with which this browser shows a passkey of the account, or of any."""
        known = await self.kept.of_account(account) if account else []
        return self.ceremonies.to_show(await self._challenge(cookie), [one.credential for one in known])

    async def show(self, account: str | None, cookie: str, answer: str) -> str:
        """The account whose passkey was shown, which has to be `account` if that is said; raises PasskeyRefused."""
        challenge, shown = await self._taken(cookie), self.ceremonies.shown(answer)
        passkey = await self.kept.find(shown.credential)
        if passkey is None or (account or passkey.account) != passkey.account:
            raise PasskeyRefused("it is no passkey of this account")
        if (shown.account or passkey.account) != passkey.account:
            raise PasskeyRefused("the device keeps it for another account")
        if not await self.kept.use(passkey, self.ceremonies.verified(shown, challenge, passkey), self.clock()):
            raise PasskeyRefused("it was used by somebody else at the same time")
        return passkey.account

    async def _challenge(self, cookie: str) -> bytes:
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        await self.kept.challenge(cookie, challenge, self.clock())
        return challenge

    async def _taken(self, cookie: str) -> bytes:
        challenge = await self.kept.take_challenge(cookie, self.clock() - CHALLENGE_LIFE)
        if challenge is None:
            raise PasskeyRefused("this browser has no challenge, or one that is too old")
        return challenge
