"""The machine: which core a process has, and what it has used of time and memory."""

import os
import platform
from contextlib import suppress
from pathlib import Path

MEASURED, OTHERS = 0, 1
"""The core of what is measured, and that of the broker, the database and the load."""
MIB = 1024 * 1024


def place(pid: int, core: int) -> None:
    """Keep all threads of a process on one core, as those they start will be. A machine without that core has one."""
    if core < (os.cpu_count() or 1):
        _allow(pid, {core})


def roam(pid: int) -> None:
    """Let a process use every core again."""
    _allow(pid, set(range(os.cpu_count() or 1)))


def _allow(pid: int, cores: set[int]) -> None:
    with suppress(FileNotFoundError):  # a process may end meanwhile, and so may a thread
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), cores)


def pinned(core: int | None) -> tuple[str, ...]:
    """What to put before a command line that shall run on one core."""
    return () if core is None or core >= (os.cpu_count() or 1) else ("taskset", "-c", str(core))


def stay(core: int) -> None:
    """Keep this process itself on one core."""
    place(os.getpid(), core)


def roam_self() -> None:
    """Let this process use every core again."""
    roam(os.getpid())


def cpu_seconds(pid: int) -> float:
    """The processor time of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    """What a process has in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def forget_peak(pid: int) -> None:
    """Let the peak of a process's memory begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """The most that a process had in memory since its peak was forgotten."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def description() -> str:
    """The machine in one line, and how busy others keep it."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, load average {load} at the start"
