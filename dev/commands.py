"""The programs that prepare for the processes of ours."""

import sys
from collections.abc import Sequence

from dev.service import SCRIPTS
from dev.settings import Stack

# The vendor's own company and its first account on every development stack.
VENDOR = "11111111-1111-4111-8111-111111111111"
ADMINISTRATOR = "22222222-2222-4222-8222-222222222222"


def topics(stack: Stack) -> Sequence[str]:
    return (sys.executable, "-m", "dev.topics", stack.kafka)


def keys(stack: Stack) -> Sequence[str]:
    return (sys.executable, "-m", "dev.keys", str(stack.state))


def founding(_stack: Stack) -> Sequence[str]:
    return (str(SCRIPTS / "ledger-found"), "--vendor", VENDOR, "--administrator", ADMINISTRATOR)
