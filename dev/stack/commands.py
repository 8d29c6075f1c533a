"""The programs that prepare for the processes of ours."""

import sys
from collections.abc import Sequence

from dev.demo.cast import CLERK, VENDOR
from dev.stack.service import SCRIPTS
from dev.stack.settings import Stack


def topics(stack: Stack) -> Sequence[str]:
    return (sys.executable, "-m", "dev.stack.topics", stack.kafka)


def keys(stack: Stack) -> Sequence[str]:
    return (sys.executable, "-m", "dev.stack.keys", str(stack.state))


def founding(_stack: Stack) -> Sequence[str]:
    return (str(SCRIPTS / "ledger-found"), "--vendor", VENDOR, "--administrator", CLERK)
