"""Processes of another version of this project, from a checkout of it, beside those of this one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.demo.story import Story
from dev.stack.parts import Kit
from dev.stack.places import ROOT
from dev.stack.service import ServiceProcess
from dev.stack.settings import admin_port_name

PACKAGES = {
    "contracts": "schemas",
    "runtime": "runtime",
    "ledger": "services/ledger",
    "signer": "services/signer",
    "device_sync": "services/device-sync",
    "rma": "services/rma",
}
"""Where each package lies that is taken from the checkout; `dev`, which knows the settings, is at its root."""
OF_ONE_VERSION = ("device-sync.sqlite", "log", "run", "snapshots")
"""What each version has of its own in a state folder, beside its ports."""
SHARED_PORTS = ("kafka", "kafka-controller", "postgres")
_SETTINGS = """
import json, sys
from pathlib import Path
from dev.stack.parts import Kit
from dev.stack.settings import settings
print(json.dumps(settings(sys.argv[1], Kit(Path(sys.argv[2])).stack())))
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """What stands first on Python's path of a version's processes; nothing for this checkout's own."""

    path: str = ""

    def run(self, program: str, *arguments: object) -> str:
        """What a program of it prints."""
        argv = (sys.executable, "-c", program, *map(str, arguments))
        path = self.path or str(ROOT)
        known = {"PYTHONPATH": path, "PATH": os.environ["PATH"]}
        return subprocess.run(argv, env=known, cwd="/", capture_output=True, text=True, check=True).stdout


@contextmanager
def checkout(revision: str, folder: Path) -> Generator[Sources]:
    """The sources of a revision; AssertionError where this clone does not have it."""
    known = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    shallow = _git("rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    assert known.returncode == 0, (
        f"this clone has no {revision}, so there is no earlier version to work beside: "
        f"{'it is shallow; `git fetch --unshallow`' if shallow else 'fetch it'}, or name another in EARLIER_VERSION"
    )
    _git("worktree", "add", "--quiet", "--detach", str(folder), known.stdout.strip()).check_returncode()
    try:
        places = [folder / package / "src" for package in PACKAGES.values()]
        sources = Sources(os.pathsep.join(map(str, [*places, folder])))
        for name in PACKAGES:
            origin = sources.run(f"import {name}; print({name}.__file__)").strip()
            assert origin.startswith(str(folder)), f"{name} comes from {origin}"
        yield sources
    finally:
        _git("worktree", "remove", "--force", str(folder))


class Version:
    """Processes of one version on the broker and the database of the running stack, at addresses of their own."""

    def __init__(self, stack: Kit, name: str, sources: Sources) -> None:
        self.kit = Kit(stack.state / name)
        self._sources = sources
        self._share(stack)
        self._processes: dict[str, ServiceProcess] = {}

    def start(self, *names: str) -> None:
        """Return when all are ready."""
        for name in names:
            self._processes[name] = self._process(name)
            self._processes[name].launch()
        for name in names:
            self._processes[name].wait(lambda _: None)

    def stop(self, *names: str) -> None:
        for name in names:
            self._processes.pop(name).stop()

    def end(self) -> None:
        """All of them, and nothing is left."""
        self.stop(*self._processes)
        shutil.rmtree(self.kit.state)

    def story(self) -> Story:
        """One that is told to this version's processes."""
        return Story(self.kit.state, say=lambda _: None)

    def _process(self, name: str) -> ServiceProcess:
        port = self.kit.ports.port(admin_port_name(name))
        self.kit.ports.port(name)
        said: dict[str, str] = json.loads(self._sources.run(_SETTINGS, name, self.kit.state))
        own = {"PYTHONPATH": self._sources.path} if self._sources.path else {}
        return ServiceProcess(name, self.kit.state, settings=lambda: said | own, admin_port=port)

    def _share(self, stack: Kit) -> None:
        """The keys, the passwords and the boxes are those of the stack."""
        (stack.state / "boxes").mkdir(exist_ok=True)
        self.kit.state.mkdir()
        for one in _shared(stack.state, but=self.kit.state):
            (self.kit.state / one.name).symlink_to(one)
        ports = {name: stack.ports.port(name) for name in SHARED_PORTS}
        (self.kit.state / "ports.json").write_text(json.dumps(ports), encoding="utf-8")
        self.kit = Kit(self.kit.state)


def _shared(state: Path, *, but: Path) -> Iterable[Path]:
    return [one for one in state.iterdir() if one != but and not one.name.startswith(("ports.json", *OF_ONE_VERSION))]


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(("git", "-C", str(ROOT), *arguments), check=False, capture_output=True, text=True)
