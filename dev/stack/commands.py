"""The programs that prepare for the processes of ours."""

import sys
from collections.abc import Sequence

from dev.stack.service import SCRIPTS
from dev.stack.settings import StackContext
from simulator.cast import CLERK, VENDOR


def topics(stack: StackContext) -> Sequence[str]:
    return (sys.executable, "-m", "dev.stack.topics", str(stack.state))


def keys(stack: StackContext) -> Sequence[str]:
    return (sys.executable, "-m", "dev.stack.keys", str(stack.state))


def founding(_stack: StackContext) -> Sequence[str]:
    return (str(SCRIPTS / "ledger-found"), "--vendor", VENDOR, "--administrator", CLERK)
