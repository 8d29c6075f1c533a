"""What RMA's API does for its answers: what it asks the database, and how often it runs which of its lines."""

import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import asyncpg
import pytest

import rma
from runtime.postgres.read_side import OnLiveGeneration

_ROOT = Path(rma.__file__).parent
_ANSWERING = tuple(
    str(_ROOT / place)
    for place in (
        "application/queries",
        "adapters/postgres/queries",
        "adapters/postgres/messages.py",
        "adapters/postgres/requests.py",
        "domain/asking.py",
        "domain/expected.py",
        "domain/steps.py",
        "entrypoints/api",
    )
)
"""What answers, and not the writer, the projector or the process manager, which work in the same process of a test."""
_WAITING = ("SELECT sequence FROM position", "BEGIN", "COMMIT")
"""Asked again while the rows are behind: how often is up to the projector."""
_OF_CONNECTIONS = ("typeinfo_tree", "current_setting('jit')")
"""What asyncpg asks on each new connection, of types that it does not know yet."""


def note_statements(monkeypatch: pytest.MonkeyPatch, run: Counter[str]) -> None:
    """Count the statements of whoever opens a pool to read from now on, with how many values their lists have."""
    open_pool = asyncpg.create_pool

    def noted(asked: Any) -> None:
        is_ours = not any(words in asked.query for words in _OF_CONNECTIONS)
        if is_ours and not asked.query.startswith(_WAITING):
            run[f"{asked.query} {[len(value) for value in asked.args if isinstance(value, list)]}"] += 1

    async def listened_to(connection: Any) -> None:
        connection.add_query_logger(noted)

    def opened(*, connection_class: type[Any], **said: Any) -> Any:
        init = listened_to if connection_class is OnLiveGeneration else None  # the projector's holds the generation
        return open_pool(connection_class=connection_class, init=init, **said)

    monkeypatch.setattr(asyncpg, "create_pool", opened)


@contextmanager
def lines_noted(run: Counter[str]) -> Generator[None]:
    """Count how often each line of what answers runs within the block, in this thread."""

    def on_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            run[f"{frame.f_code.co_filename}:{frame.f_lineno}"] += 1
        return on_line

    def on_call(frame: FrameType, _: str, __: Any) -> Any:
        return on_line if frame.f_code.co_filename.startswith(_ANSWERING) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)
