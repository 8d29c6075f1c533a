"""The kubectl that a page's commands find on their PATH: `verbs` says what becomes of each."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.kubernetes.cluster.kubectl import KUBECTL
from dev.kubernetes.cluster.verbs import Plan, PluginError, plan


def main() -> None:
    try:
        made = plan(sys.argv[1:], int(os.environ["STAND_IN_WAIT"]))
    except PluginError:
        _note("plugin")
        return
    _note("look" if made.is_look else "run")
    if not made.must_find and not made.is_look:
        os.execv(KUBECTL, (str(KUBECTL), *made.arguments))  # noqa: S606 - no shell is meant
    done = subprocess.run((str(KUBECTL), *made.arguments), stdout=subprocess.PIPE, text=True, check=False)
    wrong = list(_wrong(made, done.stdout)) if done.returncode == 0 else [f"exit code {done.returncode}"]
    if not made.is_look:
        print(done.stdout, end="")
    if wrong:
        sys.exit("\n".join(wrong))


def _note(what: str) -> None:
    with Path(os.environ["STAND_IN_TRACE"]).open("a", encoding="utf-8") as trace:
        trace.write(f"{what}\n")


def _wrong(made: Plan, found: str) -> Iterator[str]:
    if not found.strip():
        yield "it finds nothing"
        return
    if not made.is_look:
        return
    answer: dict[str, Any] = json.loads(found)
    objects = answer["items"] if answer["kind"] == "List" else [answer]
    if not objects:
        yield "it finds nothing"
    for one in objects:
        yield from wrong_containers(made, one)


def wrong_containers(made: Plan, found: dict[str, Any]) -> Iterator[str]:
    """What the command names that the object's containers do not have."""
    template = found["spec"].get("template", found)
    containers = template["spec"]["containers"]
    name = f"{found['kind']} {found['metadata']['name']}"
    if made.container and made.container not in {one["name"] for one in containers}:
        yield f"{name} has no container {made.container}"
    ports = {port["containerPort"] for one in containers for port in one.get("ports", ())}
    if made.port is not None and made.port not in ports:
        yield f"{name} has no port {made.port}"
    if made.program and made.program not in _programs():
        yield f"{made.program} is no program of ours"


def _programs() -> set[str]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - most commands do without, and each is a process

    return {script.name for script in entry_points(group="console_scripts")}


if __name__ == "__main__":
    main()
