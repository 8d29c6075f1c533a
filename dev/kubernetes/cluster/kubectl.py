"""kubectl as the administrator of the cluster, which one kubeconfig names."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dev.stack import secret_files

KUBECTL = Path(sys.prefix) / "bin" / "kubectl"
KUBECTL_SECONDS = 300.0


class RefusedError(Exception):
    """What had to succeed did not; the message is what kubectl said."""


@dataclass(frozen=True, slots=True)
class Said:
    """What kubectl said, and whether it was content."""

    well: bool
    text: str


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Asks by a kubeconfig, in a home of its own."""

    kubeconfig: Path

    def run(self, *arguments: str, said: str = "") -> Said:
        done = subprocess.run(
            (str(KUBECTL), *arguments),
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=KUBECTL_SECONDS,
            env=self.environment,
        )
        return Said(done.returncode == 0, done.stdout + done.stderr)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.kubeconfig.parent),
            "KUBECONFIG": str(self.kubeconfig),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        }

    def apply(self, manifests: str, *more: str) -> Said:
        """Server-side, strictly; a warning counts as an error, since that is how PodSecurity refuses a Deployment."""
        strictly = ("--server-side", "--validate=strict", "--warnings-as-errors")
        return self.run("apply", *strictly, *more, "-f", "-", said=manifests)

    def dry_run(self, manifests: str) -> Said:
        return self.apply(manifests, "--dry-run=server")

    def must(self, *arguments: str, said: str = "") -> str:
        answer = self.run(*arguments, said=said)
        if not answer.well:
            raise RefusedError(f"kubectl {' '.join(arguments)}: {answer.text.strip()}")
        return answer.text

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """The objects that `kubectl get` finds."""
        found: dict[str, Any] = json.loads(self.must("get", "-o", "json", *arguments))
        return list(found["items"])


def write_config(file: Path, *, address: str, token: str, certificate: Path) -> None:
    """A kubeconfig with one cluster and its administrator."""
    cluster = {"server": address, "certificate-authority": str(certificate)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "simulated", "cluster": cluster}],
        "users": [{"name": "administrator", "user": {"token": token}}],
        "contexts": [{"name": "simulated", "context": {"cluster": "simulated", "user": "administrator"}}],
        "current-context": "simulated",
    }
    secret_files.write(file, yaml.safe_dump(config))
