"""Free memory goes back to the system."""

import ctypes
import resource
from pathlib import Path
from typing import Any

import pytest

from runtime import memory

BLOCK, BLOCKS = 2_000, 20_000
"""Bytes of a block, which the C library gives out and not Python's own allocator."""


def test_what_lies_below_something_that_stays_is_given_back() -> None:
    blocks = [bytes(BLOCK) for _ in range(BLOCKS)]
    stays = blocks[-1]
    blocks.clear()
    before = _resident_bytes()
    memory.give_back()

    assert before - _resident_bytes() > BLOCK * BLOCKS // 2
    assert len(stays) == BLOCK


def test_a_c_library_that_can_not_give_back_is_none_of_our_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def library(_: Any) -> object:
        return object()

    monkeypatch.setattr(ctypes, "CDLL", library)
    memory.give_back()


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
