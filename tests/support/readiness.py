"""What the services of the running stack say of themselves."""

import time
import urllib.error
import urllib.request
from http import HTTPStatus

from dev.stack.parts import Kit
from dev.stack.ports import HOST
from dev.stack.settings import admin_port_name
from tests.support.campaign import PATIENCE_SECONDS

SERVICES = (
    "device-sync",
    "ledger-api",
    "ledger-writer",
    "ledger-projector",
    "audio-api",
    "audio-projector",
    "audio-worker",
    "rma-api",
    "rma-process-manager",
    "rma-projector",
    "rma-writer",
    "signer",
)


def readiness(kit: Kit, part: str) -> tuple[int, str]:
    url = f"http://{HOST}:{kit.ports.port(admin_port_name(part))}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def says(kit: Kit, part: str, sentence: str) -> bool:
    """Whether it is not ready, for this reason."""
    status, said = readiness(kit, part)
    return status == HTTPStatus.SERVICE_UNAVAILABLE and sentence in said


def nobody_ended(kit: Kit) -> None:
    """Each process of ours still answers for itself."""
    for part in SERVICES:
        assert readiness(kit, part)[0] in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE), part


def ready(kit: Kit) -> bool:
    return all(readiness(kit, part)[0] == 200 for part in SERVICES)


def until_ready(kit: Kit) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready(kit):
        assert time.monotonic() < deadline, [readiness(kit, part) for part in SERVICES]
        time.sleep(0.1)
