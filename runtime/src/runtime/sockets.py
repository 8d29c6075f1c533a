"""A port that is taken is the operator's to settle: one sentence instead of a traceback."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from runtime.settings import SettingsWrong


@contextmanager
def listening_on(host: str, port: int, *, setting: str) -> Generator[None]:
    """Turn a failure to listen there into SettingsWrong, with which `runtime.process` exits; `setting` has the port."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsWrong(f"can't listen on {host}:{port} ({setting}): {why}") from error
