"""What every client of ours can do: be closed at the end of a block."""

from types import TracebackType
from typing import Self


class Closing:
    """`async with` for what has a `close`."""

    async def close(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
