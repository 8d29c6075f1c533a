"""Start and stop one cluster; its data outlives both."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from dev.stack import identity
from dev.stack.error import StackError
from dev.stack.ports import HOST
from dev.stack.postgres import account, binaries
from dev.stack.process import Process, Program

START_SECONDS = 60.0
STOP_SECONDS = 30.0
COMMAND_SECONDS = 120.0

# The sessions of a cluster that was killed notice within moments, and until then no other may take its data.
ATTEMPTS = 5
PAUSE_SECONDS = 0.5

OWNER = "licensing"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# A test ends processes, never the machine: what the kernel has is safe enough there.
SHORT_LIVED_SETTINGS = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


class Cluster:
    """One cluster with one password-protected owner. The port may change between two starts, never while it runs."""

    name = "postgres"

    def __init__(self, state: Path, *, port: int, short_lived: bool = False) -> None:
        self._port = port
        self._state = state
        self._settings = SETTINGS | (SHORT_LIVED_SETTINGS if short_lived else {}) | {"port": str(port)}
        # SIGINT is a fast shutdown: clients are sent away; SIGTERM would wait for them.
        self.process = Process(self.name, state, stop_signal=signal.SIGINT, stop_seconds=STOP_SECONDS)

    @cached_property
    def _home(self) -> Path:
        return account.home(self._state / "postgres")

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def password_file(self) -> Path:
        """Readable by the account of the cluster only, and by root."""
        return self._home / "password"

    @cached_property
    def _binaries(self) -> Path:
        return binaries.folder(self._data)

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    def url(self, database: str = OWNER) -> str:
        """What a client needs to connect; it holds the password."""
        return f"postgresql://{OWNER}:{self._password()}@{self.address}/{database}"

    def url_without_password(self, database: str = OWNER) -> str:
        """The same for one who reads the password from `password_file`."""
        return f"postgresql://{OWNER}@{self.address}/{database}"

    def is_ready(self) -> bool:
        return self.process.is_alive() and self._run("pg_isready").returncode == 0

    def launch(self) -> None:
        """Start it without waiting; the first start also makes its data."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._spawn()

    def wait(self, progress: Callable[[str], None] = print) -> None:
        """Return when it serves and the owner's database is there."""
        for _ in range(ATTEMPTS - 1):
            if self._outlives_its_former_self(progress):
                break
            self._spawn()
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)
        if not self._exists(OWNER):
            self.create(OWNER)

    def start(self, progress: Callable[[str], None] = print) -> None:
        """Start it and return when it serves."""
        self.launch()
        self.wait(progress)

    def stop(self) -> None:
        """End it in order; everything committed stays."""
        self.process.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()

    def create(self, database: str) -> str:
        """Make an empty database and return its URL."""
        self._must("createdb", database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._must("dropdb", "--force", "--if-exists", database)

    def _spawn(self) -> None:
        self._forget_the_dead()
        options = (word for name, value in self._settings.items() for word in ("-c", f"{name}={value}"))
        argv = (str(self._binaries / "postgres"), "-D", str(self._data), *options)
        self.process.spawn(Program(argv, user=account.account()))

    def _forget_the_dead(self) -> None:
        """Remove the lock of a server that is gone; where nobody collects the dead, its number keeps looking alive.

        Should one of its sessions still run, the shared memory they hold refuses the newcomer.
        """
        lock = self._data / "postmaster.pid"
        if lock.exists() and identity.identify(int(lock.read_text().split()[0])) is None:
            lock.unlink()

    def _outlives_its_former_self(self, progress: Callable[[str], None]) -> bool:
        """False when it gave up at once, as it does while sessions of a killed cluster still end."""
        try:
            self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)
        except StackError:
            time.sleep(PAUSE_SECONDS)
            return self.process.is_alive()
        return True

    def _exists(self, database: str) -> bool:
        return self._run("psql", "-XqAtc", "select 1", database).returncode == 0

    def _initialise(self) -> None:
        self._make_password()
        argv = (
            str(self._binaries / "initdb"),
            *("-D", str(self._data), "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
            *("--auth=scram-sha-256", f"--pwfile={self.password_file}", "--no-sync"),
        )
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            timeout=COMMAND_SECONDS,
            user=account.account(),
            extra_groups=[] if account.account() else None,
        )
        if done.returncode != 0:
            raise StackError(f"PostgreSQL could not make its data in {self._data}: {done.stderr[-500:]}")

    def _password(self) -> str:
        return self.password_file.read_text()

    def _make_password(self) -> None:
        self.password_file.touch(mode=0o600)
        shutil.chown(self.password_file, account.account() or os.geteuid())
        self.password_file.write_text(secrets.token_hex(16))

    def _must(self, program: str, *arguments: str) -> None:
        done = self._run(program, *arguments)
        if done.returncode != 0:
            raise StackError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        login = {"PGHOST": HOST, "PGPORT": str(self._port), "PGUSER": OWNER, "PGPASSWORD": self._password()}
        return subprocess.run(
            (str(self._binaries / program), *arguments),
            env=os.environ | login | {"PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "5"},
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
