"""A Keycloak with one realm, whose users sign in to the portal there; it forgets everything when it ends."""

import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from dev.keycloak.archive import VERSION, archive
from dev.stack import openid, secret_files
from dev.stack.error import StackError
from dev.stack.ports import HOST
from dev.stack.process import Process, Program
from dev.stack.service import answers

NAME = "keycloak"
SHOWN = "Keycloak"
"""What pages of the portal call it."""
REALM = "licensing"
START_SECONDS = 300.0
"""The first start builds it: 20 s of two cores, longer on a busy machine."""
STOP_SECONDS = 30.0
ANSWER_SECONDS = 30.0
ADMINISTRATOR = "admin"


class Keycloak:
    """A process of its own below `state`; `portal` is where people reach the portal, which is its client."""

    name = NAME

    def __init__(self, state: Path, *, port: int, portal: str) -> None:
        self._state, self._port, self._portal = state, port, portal
        self._password = secrets.token_urlsafe(16)
        self.address = f"http://{HOST}:{port}"
        self.issuer = f"{self.address}/realms/{REALM}"
        self.process = Process(NAME, state, stop_seconds=STOP_SECONDS)

    def start(self, progress: Callable[[str], None] = print) -> None:
        """Return when it answers."""
        program = _unpacked(self._state / NAME) / "bin" / "kc.sh"
        self.process.spawn(Program(("bash", str(program), "start-dev"), self._settings()))
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)

    def is_ready(self) -> bool:
        return self.process.is_alive() and answers(f"{self.address}/realms/master/.well-known/openid-configuration")

    def stop(self) -> None:
        self.process.stop()

    def make_realm(self, emails: Iterable[str], password: str) -> None:
        """The portal's client and some people with verified addresses, in a realm, as docs/operations.md says."""
        users = [_user(email, password) for email in emails]
        said = {"realm": REALM, "enabled": True, "users": users, "clients": [self._client()]}
        self._ask("POST", "/admin/realms", said)

    def end_sessions_of(self, email: str) -> None:
        """As an administrator who signs somebody out everywhere."""
        (user,) = self._ask("GET", f"/admin/realms/{REALM}/users?exact=true&email={email}")
        self._ask("POST", f"/admin/realms/{REALM}/users/{user['id']}/logout")

    def _settings(self) -> dict[str, str]:
        return {
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self._password,
            "KC_DB": "dev-mem",
            "KC_HOSTNAME": self.address,
            "KC_HTTP_HOST": HOST,
            "KC_HTTP_PORT": str(self._port),
            "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        }

    def _client(self) -> dict[str, Any]:
        attributes = {
            "backchannel.logout.session.required": "true",
            "backchannel.logout.url": f"{self._portal}/sign-in/openid/backchannel-logout",
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": f"{self._portal}/sign-in",
        }
        secret = openid.secret_file(self._state)
        secret_files.make(secret)
        return {
            "clientId": openid.CLIENT_ID,
            "secret": secret.read_text(encoding="utf-8").strip(),
            "protocol": "openid-connect",
            "publicClient": False,
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": False,
            "redirectUris": [f"{self._portal}/sign-in/openid/answer"],
            "attributes": attributes,
        }

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """What its administrative REST API answers."""
        with httpx.Client(base_url=self.address, timeout=ANSWER_SECONDS) as client:
            known = {"username": ADMINISTRATOR, "password": self._password, "client_id": "admin-cli"}
            token = client.post(
                "/realms/master/protocol/openid-connect/token", data={"grant_type": "password", **known}
            )
            headers = {"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"}
            answer = client.request(method, path, json=body, headers=headers)
            if answer.is_error:
                raise StackError(f"Keycloak: {method} {path}: {answer.status_code} {answer.text}")
            return answer.json() if answer.content else None


def _user(email: str, password: str) -> dict[str, Any]:
    name = email.partition("@")[0]
    return {
        "username": name,
        "email": email,
        "emailVerified": True,
        "enabled": True,
        "firstName": name,
        "lastName": "Example",
        "credentials": [{"type": "password", "value": password, "temporary": False}],
    }


def _unpacked(folder: Path) -> Path:
    """Its programs below `folder`: it writes what it builds beside them."""
    made = folder / f"keycloak-{VERSION}"
    if not made.exists():
        shutil.unpack_archive(archive(), folder)
    return made
