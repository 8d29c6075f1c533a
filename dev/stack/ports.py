"""Free loopback ports, chosen once and remembered, so that addresses stay the same from one start to the next."""

import json
import random
import socket
from collections.abc import Callable
from pathlib import Path

HOST = "127.0.0.1"

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that a remembered port is
# not taken by chance while the stack is down.
LOWEST, HIGHEST = 20_000, 32_000

# A range of 12,000 ports that has no free one in this many draws is not going to have one.
DRAWS = 200


def is_free(port: int) -> bool:
    """Whether nobody listens on the port; connections that are only closing do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


class Ports:
    """The ports of one stack by name, in a file when they shall be remembered."""

    def __init__(self, file: Path, *, free: Callable[[int], bool] = is_free) -> None:
        self._file = file
        self._free = free
        self._by_name: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def port(self, name: str) -> int:
        """The port of this name, chosen when it is asked for the first time."""
        if name not in self._by_name:
            self._choose(name)
        return self._by_name[name]

    def release_if_taken(self, name: str) -> int | None:
        """Give up a remembered port on which somebody else listens, and return it; the next `port` chooses another."""
        port = self._by_name.get(name)
        if port is None or self._free(port):
            return None
        del self._by_name[name]
        self._save()
        return port

    def _choose(self, name: str) -> None:
        taken = set(self._by_name.values())
        draws = (random.randint(LOWEST, HIGHEST) for _ in range(DRAWS))  # noqa: S311 - not a secret
        port = next((port for port in draws if port not in taken and self._free(port)), None)
        if port is None:
            raise OSError(f"no free port between {LOWEST} and {HIGHEST} on {HOST}")
        self._by_name[name] = port
        self._save()

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(self._by_name, indent=1) + "\n")
        draft.replace(self._file)
