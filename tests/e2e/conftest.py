from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.parts import Kit
from tests.running import whole_stack


@pytest.fixture(scope="session")
def kit(state: Path) -> Iterator[Kit]:
    """The running stack."""
    with whole_stack(state / "stack") as kit:
        yield kit
