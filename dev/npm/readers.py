"""Runs them, as `dev/setup.sh` fetched them."""

import hashlib
import os
import subprocess
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import user_cache

HERE = Path(__file__).resolve().parent
SECONDS = 120
"""A parser reads our documents in a few seconds."""


def folder() -> Path:
    """Where the packages of this lock lie."""
    digest = hashlib.sha256((HERE / "package.json").read_bytes() + (HERE / "package-lock.json").read_bytes())
    found = user_cache() / f"npm-{digest.hexdigest()[:16]}"
    if not found.is_dir():
        raise StackError("The packages of npm are not there yet; run `make setup`.")
    return found


def htmx() -> Path:
    """The one script of the portal that is not ours."""
    return folder() / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"


def axe() -> Path:
    """The checker of accessibility, as a script for a page."""
    return folder() / "node_modules" / "axe-core" / "axe.min.js"


def parse_asyncapi(document: Path) -> subprocess.CompletedProcess[str]:
    """What AsyncAPI's own parser finds in a document; it fails if that is no valid one."""
    return _run("parse_asyncapi.cjs", document)


def lint_openapi(document: Path) -> subprocess.CompletedProcess[str]:
    """What Redocly finds in an OpenAPI description; it fails at an error."""
    return _run("lint_openapi.cjs", document)


def _run(script: str, document: Path) -> subprocess.CompletedProcess[str]:
    modules = {"NODE_PATH": str(folder() / "node_modules")}
    command = ("node", str(HERE / script), str(document))
    return subprocess.run(
        command, env=os.environ | modules, capture_output=True, text=True, check=False, timeout=SECONDS
    )
