"""A broker that is there and answers nothing, as beyond a network that drops what it is given."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

from dev.stack.kafka import Broker


@contextmanager
def frozen(broker: Broker) -> Generator[None]:
    """Its connections stay open; at the end it goes on."""
    pid = broker.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
