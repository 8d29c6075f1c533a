"""The local stack: `python -m dev.stack up|down|status|next|wait|clean`."""

import argparse
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dev.stack import places
from dev.stack.error import StackError
from dev.stack.parts import PARTS, Kit, Part, Runnable, Step, needed_by, port_names, selection, stages
from dev.stack.ports import HOST
from dev.stack.settings import admin_port_name, step_settings
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR

STEP_SECONDS = 120.0


class Stack:
    """All parts under one state folder. What it started is found again by any later `Stack` of the same folder."""

    def __init__(
        self, state: Path = places.STATE, *, say: Callable[[str], None] = print, short_lived: bool = False
    ) -> None:
        self.state = state
        self.kit = Kit(state, short_lived=short_lived)
        self._say = say
        self._moved = set[str]()

    def up(self, names: Sequence[str] = ()) -> None:
        """Start what does not run of these parts (or all) and their needs, and return when all are ready."""
        with _alone(self.state):
            for stage in stages(selection(names)):
                self._start([node for node in stage if isinstance(node, Part)])
                for node in stage:
                    if isinstance(node, Step):
                        self._take(node)

    def wait(self, names: Sequence[str] = ()) -> None:
        """Return when these parts (or all) are ready; StackError for one that is not running."""
        for node in selection(names):
            if isinstance(node, Part):
                self.kit.make(node).wait(self._say)

    def down(self) -> None:
        """End what was started, in reverse order, and return when it is gone."""
        with _alone(self.state):
            for part in reversed(self._runnables()):
                if part.process.was_started():
                    self._say(f"{part.name}: stopping")
                    part.stop()

    def clean(self) -> None:
        """End everything and remove the state, data included."""
        self.down()
        places.remove(self.state)

    def status(self) -> list[dict[str, str]]:
        return [{"name": part.name, "state": _state(part), "address": part.address} for part in self._runnables()]

    def processes(self) -> list[str]:
        """Name and admin port of each process of ours, as `licensingctl status` takes them."""
        ours = [part.name for part in PARTS if not part.ports]
        return [f"{name}={HOST}:{self.kit.ports.port(admin_port_name(name))}" for name in ours]

    def _runnables(self) -> list[Runnable]:
        return [self.kit.make(part) for part in PARTS]

    def _start(self, stage: list[Part]) -> None:
        launched = [self._launch(part) for part in stage if not self._may_stay(part)]
        for part, begin in launched:
            part.wait(self._say)
            self._say(f"{part.name}: ready at {part.address} after {time.monotonic() - begin:.1f} s")

    def _may_stay(self, part: Part) -> bool:
        """Whether it is ready, and what it was told of others still holds."""
        return self._moved.isdisjoint(needed_by(part)) and self.kit.make(part).is_ready()

    def _launch(self, part: Part) -> tuple[Runnable, float]:
        self.kit.make(part).stop()
        for name in port_names(part):
            if (lost := self.kit.ports.release_if_taken(name)) is not None:
                port = self.kit.ports.port(name)
                self._moved.add(part.name)
                self._say(f"{part.name}: somebody else listens on port {lost}, so it takes {port}")
        runnable = self.kit.make(part)
        self._say(f"{part.name}: starting (log {_short(runnable.process.log)})")
        begin = time.monotonic()
        runnable.launch()
        return runnable, begin

    def _take(self, step: Step) -> None:
        stack = self.kit.stack()
        done = subprocess.run(
            step.command(stack),
            cwd=places.ROOT,
            env=os.environ | step_settings(step.name, stack),
            capture_output=True,
            text=True,
            check=False,
            timeout=STEP_SECONDS,
        )
        if done.returncode != 0:
            raise StackError(f"{step.name} failed:\n{done.stdout}{done.stderr}".rstrip())
        self._say(done.stdout.strip() or f"{step.name}: done")


def _state(part: Runnable) -> str:
    if not part.process.was_started():
        return "stopped"
    if not part.process.is_alive():
        return "crashed"
    return "ready" if part.is_ready() else "starting"


@contextmanager
def _alone(state: Path) -> Generator[None]:
    """Hold the state folder's lock; StackError when another `up` or `down` of this checkout is at work."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError("Another command is starting or stopping this stack; wait for it to end.") from None
        yield


def _short(path: Path) -> Path:
    return path.relative_to(places.ROOT) if path.is_relative_to(places.ROOT) else path


def show(status: list[dict[str, str]], form: str) -> None:
    if form == "json":
        print(json.dumps(status, indent=1))
        return
    width = max(len(part["name"]) for part in status)
    for part in status:
        print(f"{part['name']:<{width}}  {part['state']:<8}  {part['address']}")


def show_next(status: list[dict[str, str]]) -> None:
    """What runs, and what a newcomer may do with it."""
    addresses = {part["name"]: part["address"] for part in status}
    print("\nThe stack keeps running:\n")
    show(status, "text")
    print(f"""
the portal                  {addresses["portal"]}/
API and its documentation   {addresses["ledger-api"]}/docs
that of RMA cases           {addresses["rma-api"]}/docs
that of announcements       {addresses["audio-api"]}/docs
the partner's token         .venv/bin/python -m simulator.issuer {ADMINISTRATOR} {PARTNER}
a clerk's of the vendor     .venv/bin/python -m simulator.issuer {CLERK} {VENDOR}
the rest of the business    make tour
a device of your own        .venv/bin/python -m simulator.device --help
logs, data and keys         .state/
end it                      make down (keeps the data) or make clean""")


def _run(stack: Stack, command: str, parts: Sequence[str], form: str) -> None:
    match command:
        case "up":
            stack.up(parts)
        case "wait":
            stack.wait(parts)
        case "status" if form == "processes":
            print("\n".join(stack.processes()))
        case "status":
            show(stack.status(), form)
        case "next":
            show_next(stack.status())
        case "down":
            stack.down()
        case _:
            stack.clean()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.stack", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status", "next", "wait", "clean"))
    parser.add_argument("parts", nargs="*", help="of up and wait: only these and what they need")
    parser.add_argument("--format", choices=("text", "json", "processes"), default="text", help="of status")
    arguments = parser.parse_args()
    stack = Stack(say=lambda line: print(line, flush=True))
    try:
        _run(stack, arguments.command, arguments.parts, arguments.format)
    except StackError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0
