"""Keycloak's archive, fetched from Maven Central once for every checkout of a user."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import user_cache

VERSION = "26.7.3"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
FETCH_SECONDS = 1800.0
"""It has 177 MB."""


def archive() -> Path:
    """Where it lies, fetched first if it is not there yet; StackError if it is not the one that is pinned."""
    kept = user_cache() / f"keycloak-{VERSION}-{SHA256[:16]}.zip"
    if not kept.exists():
        _fetch(kept)
    return kept


def _fetch(kept: Path) -> None:
    print(f"Fetching Keycloak {VERSION} (177 MB, once)", flush=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=kept.parent))
    artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
    argv = ("mvn", "--quiet", "--batch-mode", "--strict-checksums", COPY, f"-Dartifact={artifact}")
    try:
        if subprocess.run((*argv, f"-DoutputDirectory={draft}"), check=False, timeout=FETCH_SECONDS).returncode != 0:
            raise StackError("Maven could not fetch Keycloak; see above.")
        (found,) = draft.glob("*.zip")
        with found.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
                raise StackError(f"Keycloak's archive is not the one of {SHA256}.")
        found.rename(kept)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
