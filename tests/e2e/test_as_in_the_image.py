"""Each process does its work as in its image: same command, user, settings, packages from wheels, nothing to write to
but volumes. So do the Jobs.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.access import INSPECTOR
from dev.kubernetes.services import SERVICES, Service
from dev.stack.kafka import ADMINISTRATOR
from dev.stack.keys import Keys
from dev.stack.parts import PARTS, Kit
from dev.stack.places import ROOT
from dev.stack.ports import HOST, is_free
from dev.stack.process import Process, Program
from dev.stack.service import answers
from dev.stack.settings import kafka, settings, step_settings
from simulator.cast import CLERK, VENDOR
from tests.support import image
from tests.support.readiness import until_ready
from tests.support.rendered import container, environment, named, pods

START_SECONDS = 90.0
RUN_SECRETS = "/run/secrets/"
ELSEWHERE = (
    "kafka_bootstrap",
    "database_url",
    "token_issuer",
    "g729_program",
    "ledger_url",
    "rma_url",
    "audio_url",
)
"""What the local stack has in other places than a cluster, beside ports."""

JOBS = ("ledger-founding", "topic-check", "log-backup", "log-verification", "log-backup-verification")
"""In the order in which they find what they need; `log-restore` is the same program, and would find topics that are not
empty.
"""
JOB_SECONDS = 60
IN_IMAGE = "LICENSING_HTMX_FILE"
"""What the image itself has; here its user could not read it where npm has put it."""


def stage(folder: Path, told: Mapping[str, str], local: Mapping[str, str]) -> None:
    """Lay each file that a setting names where the Pod mounts it."""
    folder.mkdir(parents=True)
    for name, path in told.items():
        if path.startswith(RUN_SECRETS):
            source, target = Path(local[name]), folder / path.removeprefix(RUN_SECRETS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)


class Container:
    """One process of the running stack's, in the place of a Pod of its Deployment in the overlay `local`."""

    def __init__(self, service: Service, kit: Kit, state: Path, wheels: Path) -> None:
        self.service = service
        self._wheels = wheels
        self.process = Process(f"image-{service.name}", state, stop_seconds=30.0)
        self._staged = state / "staged" / service.name
        self._kit = kit
        self.admin_port = kit.ports.port(f"image-{service.name}-admin")

    def start(self) -> None:
        deployment = named("local", "Deployment", self.service.name)
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        told, local = environment("local", deployment), settings(self.service.name, self._kit.stack())
        self._stage(told, local)
        (name,) = container["command"]
        there = image.environment({**told, **self._here(told, local)})
        self.process.spawn(Program(image.command(name, staged=self._staged, wheels=self._wheels), there))

    def _stage(self, told: dict[str, str], local: dict[str, str]) -> None:
        stage(self._staged, told, local)
        if IN_IMAGE in told:
            shutil.copyfile(local[IN_IMAGE], self._staged / Path(told[IN_IMAGE]).name)

    def _here(self, told: dict[str, str], local: dict[str, str]) -> dict[str, str]:
        names = {f"LICENSING_{name.upper()}" for name in ELSEWHERE}
        values = {name: local[name] for name in told if name in names}
        values |= {name: RUN_SECRETS + Path(told[name]).name for name in told if name == IN_IMAGE}
        port = str(self._kit.ports.port(f"image-{self.service.name}"))
        ports = {name: port for name in told if name.endswith("_PORT")}
        return values | ports | {"LICENSING_ADMIN_PORT": str(self.admin_port)}

    def wait(self) -> None:
        ready = f"http://{HOST}:{self.admin_port}/readyz"
        self.process.wait_until(lambda: answers(ready), seconds=START_SECONDS, progress=lambda _: None)

    def about(self, what: str) -> str:
        return Path(f"/proc/{self.process.pid}/{what}").read_text()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image.make_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def containers(kit: Kit, state: Path, wheels: Path) -> Iterator[dict[str, Container]]:
    """All of them beside those of the stack, but for the signer, of which there is one at a time."""
    made = {service.name: Container(service, kit, state / "image", wheels) for service in SERVICES}
    signer = kit.make(next(part for part in PARTS if part.name == "signer"))
    signer.stop()
    try:
        for one in made.values():
            one.start()
        for one in made.values():
            one.wait()
        yield made
    finally:
        for one in made.values():
            one.process.stop()
        signer.launch()
        signer.wait(lambda _: None)
        until_ready(kit)


@pytest.mark.parametrize("name", [service.name for service in SERVICES])
def test_it_is_ready_without_any_privilege_or_place_to_write(containers: dict[str, Container], name: str) -> None:
    status = dict(line.split(":\t", 1) for line in containers[name].about("status").splitlines() if ":\t" in line)
    mounts = [line.split() for line in containers[name].about("mountinfo").splitlines()]
    writable = {fields[4] for fields in mounts if "rw" in fields[5].split(",")}

    assert not any(str(ROOT).startswith(place) for place in writable - {"/tmp"})
    assert {"/run", "/"}.isdisjoint(writable)
    if image.can_take_the_users_place():
        assert status["Uid"].split() == ["10001"] * 4
        assert (int(status["CapEff"], 16), status["NoNewPrivs"]) == (0, "1")


def test_they_end_when_they_are_asked_to(containers: dict[str, Container]) -> None:
    for one in containers.values():
        one.process.stop()

    assert [name for name, one in containers.items() if not is_free(one.admin_port)] == []


def local_settings(kit: Kit, user: str) -> dict[str, str]:
    """What a Job finds here; the administrator sees what `inspect` sees."""
    stack = kit.stack()
    known = step_settings("founding", stack) | kafka(ADMINISTRATOR if user == INSPECTOR else user, stack)
    log_key = Keys(kit.state).signer_folder / "public" / "log-0.vkey"
    return known | {"LICENSING_LOG_KEYS_FILE": str(log_key), "VENDOR": VENDOR, "ADMINISTRATOR": CLERK}


def run(
    job: dict[str, Any], kit: Kit, *, staged: Path, wheels: Path, volume: Path
) -> "subprocess.CompletedProcess[str]":
    """Run a Job's command in the place of its Pod."""
    told = environment("staging", job)
    local = local_settings(kit, told["LICENSING_KAFKA_USERNAME"])
    stage(staged, told, local)
    there = {key: value if value.startswith(RUN_SECRETS) else local[key] for key, value in told.items()}
    command = [re.sub(r"\$\((\w+)\)", lambda found: local[found[1]], one) for one in container(job)["command"]]
    return subprocess.run(
        image.command(*command, staged=staged, wheels=wheels, volume=volume),
        env={"PATH": os.environ["PATH"]} | image.environment(there),
        capture_output=True,
        text=True,
        check=False,
        timeout=JOB_SECONDS,
    )


def test_the_jobs_do_their_work_one_after_the_other(kit: Kit, wheels: Path, tmp_path: Path) -> None:
    volume = tmp_path / "backup"
    volume.mkdir()
    volume.chmod(0o777)
    jobs = {workload["metadata"]["name"]: workload for workload, _ in pods("staging")}
    for name in JOBS:
        done = run(jobs[name], kit, staged=tmp_path / name, wheels=wheels, volume=volume)
        assert done.returncode == 0, (name, done.stdout, done.stderr)
