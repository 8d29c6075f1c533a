"""The parts of a cluster, built from the modules that go.mod and go.sum pin, and kept for every checkout of a user."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from dev.kubernetes import go
from dev.stack.error import StackError
from dev.stack.places import user_cache

HERE = Path(__file__).resolve().parent
VERSION = "v1.37.2"
BUILD_SECONDS = 3600.0
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
}
STAMP = f"-s -w -X k8s.io/component-base/version.gitVersion={VERSION}"


def folder() -> Path:
    """Where they are, built first if they are not there yet."""
    made = user_cache() / f"kubernetes-{_digest()}"
    if not made.exists():
        _build(made)
    return made


def _digest() -> str:
    pinned = b"".join((HERE / name).read_bytes() for name in ("go.mod", "go.sum", "tools.go"))
    return hashlib.sha256(pinned + STAMP.encode()).hexdigest()[:16]


def _build(made: Path) -> None:
    """One after the other, behind everything else that runs: together they take some 14 minutes of one core."""
    builder = go.program()
    made.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=made.parent))
    try:
        for name, package in PACKAGES.items():
            print(f"Building {name} (once; minutes)", flush=True)
            argv = (
                "nice",
                builder,
                "build",
                "-mod=readonly",
                "-trimpath",
                "-ldflags",
                STAMP,
                "-o",
                str(draft / name),
                package,
            )
            done = subprocess.run(argv, cwd=HERE, env=go.environment(), check=False, timeout=BUILD_SECONDS)
            if done.returncode != 0:
                raise StackError(f"{name} could not be built; see above.")
        draft.rename(made)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
