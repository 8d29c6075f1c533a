"""Free memory goes back to the system."""

import ctypes
import subprocess
import sys
from typing import Any

import pytest

from runtime import memory

BLOCK, BLOCKS = 2_000, 20_000
"""Bytes of a block, which the C library gives out and not Python's own allocator."""
# In a process of its own, whose heap has no holes that other tests left.
GIVEN_BACK = f"""
import resource
from pathlib import Path
from runtime import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

blocks = [bytes({BLOCK}) for _ in range({BLOCKS})]
stays = blocks[-1]
blocks.clear()
before = resident()
memory.give_back()
print(before - resident())
"""


def test_what_lies_below_something_that_stays_is_given_back() -> None:
    ran = subprocess.run((sys.executable, "-c", GIVEN_BACK), capture_output=True, text=True, check=True, timeout=60)

    assert int(ran.stdout) > BLOCK * BLOCKS // 2


def test_a_c_library_that_can_not_give_back_is_none_of_our_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def library(_: Any) -> object:
        return object()

    monkeypatch.setattr(ctypes, "CDLL", library)
    memory.give_back()
