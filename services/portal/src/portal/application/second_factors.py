"""A second factor beside the password: codes of an app, and recovery codes for when it is lost."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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

    async def turn_on(self, account: str, step: int, recovery_codes: list[str]) -> None: ...
    async def use_step(self, account: str, step: int) -> bool:
        """Whether this step, and none after it, is used by this very call."""
        ...

    async def use_recovery_code(self, account: str, code: str) -> bool: ...
    async def turn_off(self, account: str) -> None: ...


class WrongCode(Exception):  # noqa: N818 - states the world
    """It is no code of this account, or was used before."""


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What an account does with its second factor."""

    factors: Factors
    clock: Callable[[], datetime]

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
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        await self.factors.turn_on(account, step, codes)
        return codes

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
