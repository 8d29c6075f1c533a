"""Tries in vain as the portal counts them, in memory."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Remembered:
    """Failures in memory; each call lets others go first, as a database does."""

    tries: list[tuple[str, str, datetime]] = field(default_factory=list[tuple[str, str, datetime]])

    async def count(self, email: str, network: str, now: datetime) -> tuple[int, int]:
        await asyncio.sleep(0)
        of_network = [one for one in self.tries if one[1] == network and one[2] <= now]
        return sum(one[0] == email for one in of_network), len(of_network)

    async def note(self, email: str, network: str, now: datetime) -> None:
        await asyncio.sleep(0)
        self.tries.append((email, network, now))

    async def forget(self, email: str, network: str, noted: datetime) -> None:
        await asyncio.sleep(0)
        self.tries.remove((email, network, noted))
