"""PostgreSQL refuses to run as root: then it runs as the account of its package, where that one can reach its data."""

import grp
import os
import pwd
import secrets
import subprocess
from pathlib import Path

from dev.stack.error import StackError

ACCOUNT = "postgres"


def account() -> str | None:
    """The account to run as, or None for one's own."""
    return ACCOUNT if os.geteuid() == 0 else None


def group() -> str | None:
    """The group to run as, or None for one's own."""
    user = account()
    return None if user is None else grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def home(wanted: Path) -> Path:
    """`wanted`, made for the account to run as; where that one cannot reach it, it is a link to a place that it can."""
    if not wanted.exists():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        _make(wanted)
    return wanted.resolve()


def _make(wanted: Path) -> None:
    user = account()
    if user is None:
        wanted.mkdir(mode=0o700)
        return
    entry = pwd.getpwnam(user)
    elsewhere = Path(entry.pw_dir) / f"licensing-{secrets.token_hex(6)}"
    folder = wanted if _reaches(user, wanted.parent.resolve()) else elsewhere
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    except OSError as refused:
        raise StackError(
            f"{folder} cannot be given to {user} ({refused.strerror}); run as an ordinary user."
        ) from refused
    if folder != wanted:
        wanted.symlink_to(folder)


def _reaches(user: str, folder: Path) -> bool:
    return subprocess.run(("test", "-x", folder), user=user, extra_groups=[], check=False, cwd="/").returncode == 0
