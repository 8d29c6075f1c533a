"""The overlays as kustomize renders them."""

import subprocess
import sys
from pathlib import Path

import yaml

from dev.kubernetes.manifests import Manifest
from dev.stack.places import ROOT

OVERLAYS = ROOT / "deploy" / "k8s" / "overlays"
KUBECTL = Path(sys.prefix) / "bin" / "kubectl"
BUILD_SECONDS = 60.0


class RenderError(Exception):
    """Kustomize refused an overlay; the message is what it said."""


def names() -> list[str]:
    return sorted(folder.name for folder in OVERLAYS.iterdir() if folder.is_dir())


def text(overlay: str) -> str:
    """The rendered overlay as YAML."""
    argv = (str(KUBECTL), "kustomize", str(OVERLAYS / overlay))
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS)
    if done.returncode != 0 or done.stderr.strip():
        raise RenderError(f"{overlay}: {done.stderr.strip()}")
    return done.stdout


def rendered(overlay: str) -> list[Manifest]:
    """The rendered overlay, one manifest after the other."""
    return list(yaml.load_all(text(overlay), Loader=yaml.CSafeLoader))
