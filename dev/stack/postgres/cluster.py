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

from dev.stack import identity, places, secret_files
from dev.stack.error import StackError
from dev.stack.ports import HOST
from dev.stack.postgres import account, binaries
from dev.stack.postgres.roles import ROLES, grants, make_roles, password_of
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
    """One cluster with an owner, who makes databases, and the roles of services.

    The port may change between two starts, never while it runs.
    """

    name = "postgres"

    def __init__(self, state: Path, *, port: int, short_lived: bool = False) -> None:
        self._port = port
        self._state = state
        self._short_lived = short_lived
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
    def _password_file(self) -> Path:
        """The owner's; readable by the account of the cluster only, and by root."""
        return self._home / "password"

    def password_file(self, role: str) -> Path:
        """For a service: the password of its role."""
        return self._state / "postgres-passwords" / f"{role}.password"

    @cached_property
    def _binaries(self) -> Path:
        return binaries.folder(self._data)

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    def url(self, database: str = OWNER, role: str = OWNER) -> str:
        """What a client needs to connect in a role; it holds the password."""
        password = self._password() if role == OWNER else password_of(role, self._password())
        return f"postgresql://{role}:{password}@{self.address}/{database}"

    def url_without_password(self, role: str, database: str = OWNER) -> str:
        """The same for a service that reads the password from `password_file`."""
        return f"postgresql://{role}@{self.address}/{database}"

    def was_made(self) -> bool:
        return (self._state / "postgres").exists()

    def is_ready(self) -> bool:
        return self.process.is_alive() and self._run("pg_isready").returncode == 0

    def launch(self) -> None:
        """Start it without waiting; the first start also makes its data."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._spawn()

    def wait(self, progress: Callable[[str], None] = print) -> None:
        """Return when it serves and the roles and the owner's database are there."""
        for _ in range(ATTEMPTS - 1):
            if self._outlives_its_former_self(progress):
                break
            self._spawn()
        self.process.wait_until(self.is_ready, seconds=START_SECONDS, progress=progress)
        self._make_roles()
        if not self._exists(OWNER):
            self._must("createdb", OWNER)
        self._grant(OWNER)

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
        """Make a database that holds nothing but the rights of the roles, and return its owner's URL."""
        self._must("createdb", database)
        self._grant(database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._must("dropdb", "--force", "--if-exists", database)

    def _make_roles(self) -> None:
        for role in ROLES:
            secret_files.write(self.password_file(role), password_of(role, self._password()))
        self._psql("postgres", make_roles(self._password()))

    def _grant(self, database: str) -> None:
        self._psql(database, grants())

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

    def _psql(self, database: str, sql: str) -> None:
        """Run it whole or not at all."""
        done = self._run("psql", "-Xq1", "-v", "ON_ERROR_STOP=1", database, said=sql)
        if done.returncode != 0:
            raise StackError(f"psql {database}: {done.stderr.strip()}")

    def _initialise(self) -> None:
        self._make_password()
        self._make_data()
        argv = (
            str(self._binaries / "initdb"),
            # As the manifests have it. Collations C and C.UTF-8 order alike; only the first compares bytes as they are.
            *("-D", str(self._data), "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C"),
            "--no-instructions",
            *("--auth=scram-sha-256", f"--pwfile={self._password_file}", "--no-sync"),
        )
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            timeout=COMMAND_SECONDS,
            user=account.account(),
            group=account.group(),
            extra_groups=[] if account.account() else None,
        )
        if done.returncode != 0:
            raise StackError(f"PostgreSQL could not make its data in {self._data}: {done.stderr[-500:]}")

    def _make_data(self) -> None:
        """A database with its tables is some 700 files, which take three times as long to make on a disk."""
        if self._short_lived and not self._data.exists():
            places.make_in_memory(self._data)
            shutil.chown(self._data.resolve(), account.account() or os.geteuid())

    def _password(self) -> str:
        return self._password_file.read_text()

    def _make_password(self) -> None:
        self._password_file.touch(mode=0o600)
        shutil.chown(self._password_file, account.account() or os.geteuid())
        self._password_file.write_text(secrets.token_hex(16))

    def _must(self, program: str, *arguments: str) -> None:
        done = self._run(program, *arguments)
        if done.returncode != 0:
            raise StackError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")

    def _run(self, program: str, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        login = {"PGHOST": HOST, "PGPORT": str(self._port), "PGUSER": OWNER, "PGPASSWORD": self._password()}
        return subprocess.run(
            (str(self._binaries / program), *arguments),
            env=os.environ | login | {"PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "5"},
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
