"""A site in a folder: the manifests as an operator has them, with a version's images written into the overlay."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from dev.kubernetes.manifests import Manifest
from dev.stack.places import ROOT

OVERLAY = "deploy/k8s/overlays/production"
FAILS = {"simulation": "fails"}
"""The annotation that stages.yaml knows."""
_DIGEST = re.compile(r"(?<=digest: sha256:)[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Site:
    """The checkout's `deploy` in a folder of its own, which commands find where a page says."""

    folder: Path

    def make(self) -> None:
        shutil.copytree(ROOT / "deploy", self.folder / "deploy")

    def set_version(self, number: int, failing: Iterable[tuple[str, str]] = ()) -> None:
        """Write a version's digests into `images:`; what fails in it is named by kind and name."""
        original = (ROOT / OVERLAY / "kustomization.yaml").read_text(encoding="utf-8")
        overlay = yaml.safe_load(_DIGEST.sub(digest(number).removeprefix("sha256:"), original))
        overlay["patches"] = [*overlay.get("patches", ()), *(_failing(kind, name) for kind, name in failing)]
        file = self.folder / OVERLAY / "kustomization.yaml"
        file.write_text(yaml.safe_dump(overlay), encoding="utf-8")


def digest(number: int) -> str:
    """Of the images of a version."""
    return f"sha256:{number:064x}"


def _failing(kind: str, name: str) -> Manifest:
    annotated = {
        "apiVersion": "batch/v1" if kind == "Job" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"template": {"metadata": {"annotations": FAILS}}},
    }
    return {"target": {"kind": kind, "name": name}, "patch": yaml.safe_dump(annotated)}
