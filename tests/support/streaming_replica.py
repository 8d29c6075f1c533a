"""A streaming replica of a running cluster: a base backup that follows its log, as any replica of production does."""

import shutil
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from dev.stack.ports import HOST
from dev.stack.postgres import Cluster, account, binaries
from dev.stack.process import Process, Program
from tests.support.signer.process import free_port

START_SECONDS, STOP_SECONDS = 60.0, 20.0


@contextmanager
def streaming_replica(cluster: Cluster, state: Path, url: str) -> Generator[str]:
    """The URL by which the database of `url`, its owner's, is reached on a new replica; it is gone at the end."""
    programs, data = binaries.folder(Path("-")), account.home(state / "replica") / "data"
    as_its_account(programs / "pg_basebackup", "-d", cluster.url(), "-D", str(data), "-R", "-X", "stream", "-c", "fast")
    port = free_port()
    process = Process("postgres-replica", state, stop_signal=signal.SIGINT, stop_seconds=STOP_SECONDS)
    options = (f"listen_addresses={HOST}", "unix_socket_directories=", f"port={port}", "fsync=off")
    argv = (str(programs / "postgres"), "-D", str(data), *(word for one in options for word in ("-c", one)))
    process.spawn(Program(argv, user=account.account()))
    try:
        ready = (programs / "pg_isready", "-q", "-h", HOST, "-p", str(port))
        process.wait_until(
            lambda: subprocess.run(ready, check=False).returncode == 0, seconds=START_SECONDS, progress=lambda _: None
        )
        parts = urlsplit(url)
        yield urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@{HOST}:{port}"))
    finally:
        process.stop()
        shutil.rmtree(data.parent)


def as_its_account(*argv: object) -> None:
    """Run a program as whoever the cluster runs as."""
    user = account.account()
    done = subprocess.run(
        [str(one) for one in argv],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=user,
        group=account.group(),
        extra_groups=[] if user else None,
    )
    assert done.returncode == 0, done.stderr
