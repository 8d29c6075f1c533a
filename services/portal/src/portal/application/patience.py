"""Tries of what may be guessed.

A try is noted before it is made and forgiven when it was right, so a thousand at once are no more tries than a thousand
one after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.application.accounts import Failures
from portal.domain.patience import may_try, network_of


class TooManyTries(Exception):  # noqa: N818 - states the world
    """Somebody in this network has tried too often; it may try again in a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try at what is `counted`, as it was noted. One whose end nobody saw stays noted."""

    counted: str
    network: str
    noted: datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """Lets somebody try so often, and nobody else is kept out by that."""

    failures: Failures
    clock: Callable[[], datetime]

    async def begin(self, counted: str, *, address: str) -> Try:
        """Note a try from this address; raises TooManyTries, which counts as none."""
        one = Try(counted, network_of(address), self.clock())
        await self.failures.note(one.counted, one.network, one.noted)
        with_account, of_network = await self.failures.count(one.counted, one.network, one.noted)
        if not may_try(with_account=with_account - 1, of_network=of_network - 1):
            await self.forgive(one)
            raise TooManyTries
        return one

    async def check(self, counted: str, *, address: str) -> None:
        """Raise TooManyTries where no more is allowed, and note nothing.

        For secrets that nobody guesses at once: programs show right ones side by side, which are no tries.
        """
        with_account, of_network = await self.failures.count(counted, network_of(address), self.clock())
        if not may_try(with_account=with_account, of_network=of_network):
            raise TooManyTries

    async def note(self, counted: str, *, address: str) -> None:
        """Count a try that was wrong."""
        await self.failures.note(counted, network_of(address), self.clock())

    async def forgive(self, one: Try) -> None:
        """Count this try no longer."""
        await self.failures.forget(one.counted, one.network, one.noted)
