"""Second factors beside the password: codes of an app, passkeys, and recovery codes for when both are lost."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal.application.passkeys import KeptPasskeys
from portal.domain.one_time_codes import step_of

SECRET_BYTES = 20
"""As long as the digest that codes are made with (RFC 4226, 4)."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_SYMBOLS = 10


@dataclass(frozen=True, slots=True)
class Factor:
    """`last_step` is that of the newest code that was used; it `is_on` once a first code has been right."""

    secret: bytes
    last_step: int
    is_on: bool


class Factors(Protocol):
    """Raises Trouble where the database is away. Recovery codes are kept by digest."""

    async def find(self, account: str) -> Factor | None: ...
    async def begin(self, account: str, secret: bytes) -> None:
        """Keep a secret that no code was shown for yet, in place of one before."""
        ...

    async def turn_on(self, account: str, step: int) -> None: ...
    async def use_step(self, account: str, step: int) -> bool:
        """Whether this step, and none after it, is used by this very call."""
        ...

    async def set_recovery_codes(self, account: str, codes: list[str]) -> None:
        """These, and none from before."""
        ...

    async def has_recovery_codes(self, account: str) -> bool: ...
    async def use_recovery_code(self, account: str, code: str) -> bool: ...
    async def turn_off(self, account: str) -> None: ...


class WrongCode(Exception):  # noqa: N818 - states the world
    """It is no code of this account, or was used before."""


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What an account does with its second factor."""

    factors: Factors
    passkeys: KeptPasskeys
    clock: Callable[[], datetime]

    async def are_asked_for(self, account: str) -> bool:
        """Whether the password alone opens no session."""
        return await self.is_on(account) or bool(await self.passkeys.of_account(account))

    async def is_on(self, account: str) -> bool:
        """Whether codes of an app are."""
        factor = await self.factors.find(account)
        return factor is not None and factor.is_on

    async def pending(self, account: str) -> bytes:
        """The secret to put into an app; the same one until a code was shown for it."""
        factor = await self.factors.find(account)
        if factor is not None and not factor.is_on:
            return factor.secret
        secret = secrets.token_bytes(SECRET_BYTES)
        await self.factors.begin(account, secret)
        return secret

    async def turn_on(self, account: str, code: str) -> list[str]:
        """Recovery codes, once the app has shown a right code; raises WrongCode."""
        factor = await self.factors.find(account)
        step = self._step(factor, code) if factor is not None and not factor.is_on else None
        if step is None:
            raise WrongCode
        await self.factors.turn_on(account, step)
        return await self.new_recovery_codes(account)

    async def new_recovery_codes(self, account: str) -> list[str]:
        """Ten codes, in place of those from before."""
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        await self.factors.set_recovery_codes(account, codes)
        return codes

    async def turn_off(self, account: str) -> None:
        """Ask for codes of the app no longer."""
        await self.factors.turn_off(account)
        await self._forget_what_nobody_asks_for(account)

    async def remove_passkey(self, account: str, credential: bytes) -> None:
        await self.passkeys.remove(account, credential)
        await self._forget_what_nobody_asks_for(account)

    async def _forget_what_nobody_asks_for(self, account: str) -> None:
        if not await self.are_asked_for(account):
            await self.factors.set_recovery_codes(account, [])

    async def use(self, account: str, code: str) -> None:
        """Use a code of the app, or a recovery code, up; raises WrongCode."""
        factor = await self.factors.find(account)
        step = self._step(factor, code.replace(" ", "")) if factor is not None else None
        if step is not None and await self.factors.use_step(account, step):
            return
        if not await self.factors.use_recovery_code(account, plain(code)):
            raise WrongCode

    def _step(self, factor: Factor | None, code: str) -> int | None:
        if factor is None:
            return None
        return step_of(factor.secret, code, seconds=self.clock().timestamp(), after=factor.last_step)


def plain(code: str) -> str:
    """A recovery code without what people put between its symbols."""
    return "".join(one for one in code.lower() if one.isalnum())


def _recovery_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_SYMBOLS))
