"""The signer as a process, and how a test waits for it."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from contracts.log.checkpoint import LogVerifier
from dev.stack.settings import environment
from tests.support.campaign import PATIENCE_SECONDS
from tests.support.kafka_topics import KafkaTopics
from tests.support.signer.story import FACTORY_CA

SIGNER = Path(sys.executable).with_name("signer")


IN_THE_STORE = (
    "license.key.pem",
    "log.key.pem",
    "generation-ca.key.pem",
    "log-name",
    "public/generation-ca.pem",
)
"""What its Deployment mounts, by the names that they have in the folder of keys."""


@dataclass(frozen=True, slots=True)
class Store:
    """What is left of a signer whose node is lost; `log` is what verifiers have."""

    files: Mapping[str, bytes]
    passphrase: str
    log: LogVerifier


class SignerProcess:
    """A `signer run` of its own, with keys made by `signer init` or those of a store."""

    def __init__(self, folder: Path, topics: KafkaTopics, ledgers: int = 1, store: Store | None = None) -> None:
        self.keys = folder / "keys"
        self._folder = folder
        self._topics = topics
        self._ledgers = ledgers
        self._admin_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._passphrase = folder / "passphrase"
        _write_secret(self._passphrase, b"0123456789abcdef" * 4 if store is None else store.passphrase.encode())
        (folder / "device-ca.pem").write_bytes(FACTORY_CA.public_bytes(Encoding.PEM))
        if store is None:
            command = (SIGNER, "init", "--keys", self.keys, "--passphrase-file", self._passphrase)
            subprocess.run(command, check=True, capture_output=True)
        for name, content in ({} if store is None else store.files).items():
            _write_secret(self.keys / name, content)

    def in_the_store(self) -> Store:
        """What its operator put into the secret store when the keys were made."""
        log = LogVerifier.parse((self.keys / "public" / "log-0.vkey").read_text())
        files = {name: (self.keys / name).read_bytes() for name in IN_THE_STORE}
        return Store(files, self._passphrase.read_text(), log)

    def lose(self) -> None:
        """Everything that lay on its node is gone."""
        shutil.rmtree(self._folder)

    def start(self, sources: str = "") -> None:
        """Of this checkout, or of another one whose `sources` stand before it on Python's path."""
        outer = {name: value for name, value in os.environ.items() if not name.startswith("LICENSING_")}
        said = {
            "admin_port": self._admin_port,
            "ledgers": self._ledgers,
            "signer_keys_dir": self.keys,
            "signer_passphrase_file": self._passphrase,
            "device_ca_file": self._folder / "device-ca.pem",
        }
        settings = environment(self._topics.settings("signer") | said)
        with (self._folder / "signer.log").open("ab") as log:
            self._process = subprocess.Popen((SIGNER,), env=outer | settings | {"PYTHONPATH": sources}, stderr=log)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wait(self) -> int:
        """The exit code, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(30)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and return the exit code."""
        os.kill(self.pid, number)
        return self.wait()

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._admin_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def log(self) -> str:
        return (self._folder / "signer.log").read_text()


def _write_secret(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)


async def until(holds: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline
        await asyncio.sleep(pause)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
