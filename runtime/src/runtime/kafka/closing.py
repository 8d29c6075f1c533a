"""What every client of ours can do: be closed at the end of a block."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """`async with` for what has a `close`."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of what is open; closing again changes nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
