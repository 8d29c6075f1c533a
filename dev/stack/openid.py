"""An OpenID Connect provider, npm's oidc-provider, with the portal as its client: who signs in says who it is."""

import json
from collections.abc import Callable
from pathlib import Path

from dev.npm import readers
from dev.stack import secret_files
from dev.stack.ports import HOST
from dev.stack.process import Process, Program
from dev.stack.service import START_SECONDS, STOP_SECONDS, answers

NAME = "openid"
CLIENT_ID = "licensing-portal"
SHOWN = "Example ID"
"""What pages of the portal call it."""


def secret_file(state: Path) -> Path:
    """The secret that the portal and it share."""
    return state / "keys" / "openid-client.secret"


def issuer(port: int) -> str:
    return f"http://{HOST}:{port}"


class OpenIdProvider:
    """The provider as a part of the stack. It has another key each time it starts."""

    name = NAME

    def __init__(self, state: Path, *, port: int, portal: str) -> None:
        self._state, self._port, self._portal = state, port, portal
        self.address = issuer(port)
        self.process = Process(NAME, state, stop_seconds=STOP_SECONDS)

    def is_ready(self) -> bool:
        return self.process.is_alive() and answers(f"{self.address}/.well-known/openid-configuration")

    def launch(self) -> None:
        said = self._state / f"{NAME}.json"
        secret_files.write(said, json.dumps(self._settings()))
        command = ("node", str(readers.HERE / "openid_provider.mjs"), str(said))
        self.process.spawn(Program(command, {"NODE_ENV": "production"}))

    def wait(self, progress: Callable[[str], None] = print) -> None:
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)

    def stop(self) -> None:
        self.process.stop()

    def _settings(self) -> dict[str, object]:
        secret = secret_file(self._state)
        secret.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret_files.make(secret)
        return {
            "folder": str(readers.folder()),
            "issuer": self.address,
            "host": HOST,
            "port": self._port,
            "clientId": CLIENT_ID,
            "clientSecret": secret.read_text(encoding="utf-8").strip(),
            "redirects": [f"{self._portal}/sign-in/openid/answer"],
            "signedOut": [f"{self._portal}/sign-in"],
            "logout": f"{self._portal}/sign-in/openid/backchannel-logout",
        }
