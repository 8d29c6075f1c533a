"""Do it again after Trouble: the one loop of everything that waits for a broker, a database or another service.

Trouble is noted and waited out; anything else is a defect and comes out. `noted` may raise, which ends the attempts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from runtime.trouble import Trouble

T = TypeVar("T")
Noted = Callable[[Exception], object]
Sleep = Callable[[float], Awaitable[object]]
Kinds = tuple[type[Exception], ...]


async def until_done(  # each has a default but for the first three
    work: Callable[[], Awaitable[T]],
    *,
    pause_seconds: float,
    noted: Noted,
    longest_pause_seconds: float = 0.0,
    on: Kinds = (Trouble,),
    sleep: Sleep = asyncio.sleep,
) -> T:
    """What `work` returns, as soon as it does.

    After one of `on` it is noted and tried again. The pauses between double up to `longest_pause_seconds`, if that is
    more than the first. A `sleep` of one's own may raise, such as when the process is to end.
    """
    pause = pause_seconds
    while True:
        try:
            return await work()
        except on as reason:
            noted(reason)
        await sleep(pause)
        pause = max(pause, min(2 * pause, longest_pause_seconds))


async def forever(
    work: Callable[[], Awaitable[object]], *, pause_seconds: float, noted: Noted, on: Kinds = (Trouble,)
) -> NoReturn:
    """Do `work` again and again, with a pause after each end of it; one of `on` is noted as an end like any other."""
    while True:
        try:
            await work()
        except on as reason:
            noted(reason)
        await asyncio.sleep(pause_seconds)
