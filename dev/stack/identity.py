"""Which process a process id means, so that a signal never reaches a stranger who got the number later."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process: its number, when it started (clock ticks since boot), and which boot that was."""

    pid: int
    started: int
    boot: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; one that has ended but was not collected does not."""
        return identify(self.pid) == self

    def session(self) -> list[int]:
        """The processes that run in the session it leads or led, itself included."""
        current = identify(self.pid)
        if self.boot != boot_id() or (current is not None and current != self):
            return []
        stats = (_stat(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit())
        return [stat.pid for stat in stats if stat and stat.session == self.pid and stat.runs]


@dataclass(frozen=True, slots=True)
class _Stat:
    pid: int
    runs: bool
    session: int
    started: int


def boot_id() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> Identity | None:
    """The identity of a running process, or None when there is none of this number."""
    stat = _stat(pid)
    return Identity(pid, stat.started, boot_id()) if stat and stat.runs else None


def read(file: Path) -> Identity | None:
    """What a pid file says, or None when there is none or it was torn by a crash."""
    try:
        return Identity(**json.loads(file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(file: Path, identity: Identity) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(identity)))
    draft.replace(file)


def _stat(pid: int) -> _Stat | None:
    """What matters here of /proc/pid/stat, see proc(5); the name in brackets may itself hold spaces and brackets."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    ended = fields[0] in "ZX" and int(fields[17]) <= 1  # the first thread may be gone while others still hold the ports
    return _Stat(pid=pid, runs=not ended, session=int(fields[3]), started=int(fields[19]))
