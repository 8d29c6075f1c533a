"""Run a process of ours as its image would: the Deployment's command and settings, its user, a tree that is read-only.

There is no container engine here, so the kernel's own means make what one would: a mount namespace in which nothing
can be written but the volumes of the Pod, the image's user without any privilege, and Secrets as a node lays them:
owned by root and readable by the Pod's group. Our packages come from wheels, as in the image: the sources of the
checkout are not there.
"""

import compileall
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode

from hatchling.builders.wheel import WheelBuilder

from dev.kubernetes.manifests import USER
from dev.stack.places import ROOT
from dev.stack.service import SCRIPTS

READ_ONLY = r"""
set -eu
umask 022
staged="$1" tree="$2" wheels="$3" volume="$4"; shift 4
mount -t tmpfs tmpfs /mnt
mkdir /mnt/staged /mnt/tree /mnt/wheels
mount --bind "$staged" /mnt/staged
mount --bind "$tree" /mnt/tree
mount --bind "$wheels" /mnt/wheels
mount -o remount,ro,bind /mnt/wheels
if [ -n "$volume" ]; then mkdir /mnt/volume; mount --bind "$volume" /mnt/volume; fi
for sources in /mnt/tree/*/src /mnt/tree/services/*/src; do mount -t tmpfs -o ro tmpfs "$sources"; done
mount -t tmpfs tmpfs /run
mkdir -p /run/secrets
cp -R /mnt/staged/. /run/secrets
chown -R "0:$SECRETS_GROUP" /run/secrets
find /run/secrets -type d -exec chmod 0750 {} +
find /run/secrets -type f -exec chmod "$SECRETS_MODE" {} +
mount -o remount,ro /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=0755 tmpfs /var/lib
mkdir -m 0777 /var/lib/licensing
mounted="/var/lib/licensing/${volume##*/}"
if [ -n "$volume" ]; then mkdir "$mounted"; mount --bind /mnt/volume "$mounted"; fi
case "$tree" in /tmp/*) mkdir -p "$tree";; esac
mount --rbind /mnt/tree "$tree"
mount -o remount,ro,bind "$tree"
mount -o remount,ro,bind /
cd /
exec "$@"
"""
"""In a namespace of its own: the folders of a Pod, all else read-only. The checkout itself may lie in /tmp."""


IMAGE = {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "PYTHONPATH": "/mnt/wheels"}
"""What the container file sets, but for PATH: the checkout's own scripts run here, on what wheels have."""


def make_wheels(folder: Path) -> Path:
    """Build the wheel of each package of ours, and lay what they have where a process finds it."""
    site = folder / "site"
    for project in sorted((*ROOT.glob("*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml"))):
        (wheel,) = WheelBuilder(str(project.parent)).build(directory=str(folder), versions=["standard"])
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(site)
    compileall.compile_dir(str(site), quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    site.chmod(0o755)
    return site


@cache
def can_take_the_users_place() -> bool:
    """Whether this account may become the image's user, and that user may run this Python."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return False
    argv = (*_as_user(), str(SCRIPTS / "python"), "-c", "import runtime")
    return subprocess.run(argv, capture_output=True, check=False, cwd="/").returncode == 0


def command(name: str, *arguments: str, staged: Path, wheels: Path, volume: Path | None = None) -> tuple[str, ...]:
    """What to run for a command of the image; `staged` has the files of /run/secrets.

    A `volume` is mounted below /var/lib/licensing under its own name.
    """
    as_root = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    namespace = ("unshare", *as_root, "--mount", "--propagation", "private")
    shell = ("sh", "-c", READ_ONLY, "sh", str(staged), str(ROOT), str(wheels), str(volume or ""))
    user = _as_user() if can_take_the_users_place() else ()
    return (*namespace, *shell, *user, str(SCRIPTS / name), *arguments)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings, and how the files of Secrets are to be laid."""
    taken = can_take_the_users_place()
    laid = {"SECRETS_GROUP": str(USER if taken else 0), "SECRETS_MODE": "0440" if taken else "0400"}
    return {**settings, **laid, **IMAGE}


def _as_user() -> tuple[str, ...]:
    alone = ("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
    return ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *alone)
