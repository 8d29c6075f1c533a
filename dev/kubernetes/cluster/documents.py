"""Runs every command with kubectl of the pages for operators, page by page; their kubectl is `stand_in`."""

import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dev.kubernetes.cluster.kubectl import Kubectl
from dev.kubernetes.cluster.pages import Command, commands
from dev.kubernetes.cluster.simulation import NODES
from dev.kubernetes.cluster.verbs import WAIT_SECONDS, without_readers
from dev.stack.places import ROOT

COMMAND_SECONDS = 300.0
LAST_LINES = 4
"""Of what a command that failed said: a drain repeats itself until its time is over."""
FILES = ("password.txt",)
"""Files that a page takes for granted."""
SPACES = ("collector", "gateway", "keda", "monitoring", "operators")
"""Namespaces of the platform's owner, to which pages give labels."""
STANDS_FOR = {
    **{space.upper(): space for space in SPACES},
    "FIRST_ADMINISTRATOR": "00000000-0000-4000-8000-000000000002",
    "JOB": "database-rights",
    "N": "0",
    "NODE": NODES[0],
    "PROCESS": "ledger-writer",
    "REGISTRY": "registry.example.com",
    "STRANGER": "auditor",
    "VENDOR": "00000000-0000-4000-8000-000000000001",
}
"""What an operator puts in; POD is looked up."""
WRAPPER = """#!/bin/sh
PYTHONPATH={root} exec {python} -m dev.kubernetes.cluster.stand_in "$@"
"""


def pages() -> list[Path]:
    """Those whose commands have to be true."""
    docs = ROOT / "docs"
    return [ROOT / "deploy/k8s/README.md", docs / "operations.md", *sorted((docs / "runbooks").glob("*.md"))]


def commands_of(page: Path) -> list[Command]:
    return commands(str(page.relative_to(ROOT)), page.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands of pages in the folder of a site."""

    kubectl: Kubectl
    folder: Path
    programs: Path
    succeeded: set[Command] = field(default_factory=set[Command])

    @property
    def trace(self) -> Path:
        return self.programs / "trace"

    def prepare(self) -> None:
        self.programs.mkdir()
        stand_in = self.programs / "kubectl"
        stand_in.write_text(WRAPPER.format(root=shlex.quote(str(ROOT)), python=shlex.quote(sys.executable)))
        stand_in.chmod(0o700)
        for name in FILES:
            (self.folder / name).touch()
        for space in SPACES:
            self.kubectl.must("create", "namespace", space)

    def run(self, command: Command, own: Mapping[str, str], wait_seconds: int = WAIT_SECONDS) -> str | None:
        """A sentence if it fails; `own` words stand in the places of placeholders, before those of all."""
        words = {**STANDS_FOR, **({"POD": self._a_pod()} if "POD" in command.placeholders() else {}), **own}
        if unknown := command.placeholders() - set(words):
            return f"{command}: nobody says what {', '.join(sorted(unknown))} stands for"
        script = f"set -euo pipefail\n{without_readers(command.filled(words)).removesuffix('&')}"
        environment = dict(self.kubectl.environment)
        environment |= {"STAND_IN_TRACE": str(self.trace), "STAND_IN_WAIT": str(wait_seconds)}
        environment["PATH"] = f"{self.programs}:{environment['PATH']}"
        done = subprocess.run(
            ("bash", "-c", script),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if done.returncode:
            return f"{command}: {' / '.join(done.stderr.strip().splitlines()[-LAST_LINES:])}"
        self.succeeded.add(command)
        return None

    def counted(self) -> str:
        """What became of the command lines until now."""
        what = Counter(self.trace.read_text(encoding="utf-8").split()) if self.trace.exists() else Counter[str]()
        return f"{what['run']} run, {what['look']} looked at, {what['plugin']} of a plugin"

    def _a_pod(self) -> str:
        process = f"app.kubernetes.io/name={STANDS_FOR['PROCESS']}"
        (first, *_) = self.kubectl.items("pods", "-n", "licensing", "-l", process)
        return str(first["metadata"]["name"])


def wrong(shell: Shell) -> Iterator[str]:
    """One sentence for each command that fails; what has succeeded in its place before is not run again."""
    for page in pages():
        for command in commands_of(page):
            if command not in shell.succeeded and (failed := shell.run(command, {})):
                yield failed
