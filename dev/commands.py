"""The programs that prepare for the processes of ours."""

import sys
from collections.abc import Sequence

from dev.settings import Stack


def topics(stack: Stack) -> Sequence[str]:
    return (sys.executable, "-m", "dev.topics", stack.kafka)
