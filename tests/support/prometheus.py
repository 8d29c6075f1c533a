"""A real Prometheus that watches a running stack by the rules of production, in quick steps."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from dev.monitoring.programs import program
from dev.stack.cli import Stack
from dev.stack.ports import HOST, Ports
from dev.stack.process import Process, Program
from dev.stack.service import START_SECONDS, answers
from tests.support.rendered import of_kind

STEP = "1s"
"""How often it asks and evaluates: in production it is 15 and 30 seconds."""
WAIT_SECONDS = 60.0
Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running one."""

    client: httpx.Client

    def ask(self, expression: str) -> list[Sample]:
        """What it answers to a query now."""
        said = self.client.get("/api/v1/query", params={"query": expression}).raise_for_status().json()
        return [(one["metric"], float(one["value"][1])) for one in said["data"]["result"]]

    def until(self, expression: str, is_so: Callable[[list[Sample]], bool]) -> None:
        """Ask again and again until the answer is so; fails with the last one."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_so(said := self.ask(expression)):
            assert time.monotonic() < deadline, f"{expression}: {said}"
            time.sleep(0.1)

    def unwell_rules(self) -> list[dict[str, Any]]:
        """Rules that could not be evaluated."""
        said = self.client.get("/api/v1/rules").raise_for_status().json()
        return [rule for group in said["data"]["groups"] for rule in group["rules"] if rule["health"] == "err"]


@contextmanager
def watching(stack: Stack, folder: Path) -> Generator[Prometheus]:
    """Start one in the folder; it ends with the block."""
    process = Process("prometheus", folder, stop_seconds=10.0)
    address = f"{HOST}:{Ports(folder / 'ports.json').port('prometheus')}"
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": _groups()}), encoding="utf-8")
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(_configuration(stack)), encoding="utf-8")
    files = (f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'samples'}")
    process.spawn(Program((str(program("prometheus")), *files, f"--web.listen-address={address}"), {}))
    try:
        url = f"http://{address}"
        process.wait_until(lambda: answers(f"{url}/-/ready"), seconds=START_SECONDS, progress=print)
        with httpx.Client(base_url=url) as client:
            yield Prometheus(client)
    finally:
        process.stop()


def alert(name: str) -> dict[str, Any]:
    """The alert of this name."""
    rules: list[dict[str, Any]] = [rule for group in _groups() for rule in group["rules"]]
    (found,) = (rule for rule in rules if rule.get("alert") == name)
    return found


def _groups() -> list[dict[str, Any]]:
    groups = [group for one in of_kind("production", "PrometheusRule") for group in one["spec"]["groups"]]
    return [{name: said for name, said in group.items() if name != "interval"} for group in groups]


def _configuration(stack: Stack) -> dict[str, Any]:
    """The labels are those that the PodMonitors make."""
    processes = [line.partition("=")[::2] for line in stack.processes()]
    targets = [{"targets": [place], "labels": {"process": name, "pod": f"{name}-0"}} for name, place in processes]
    return {
        "global": {"scrape_interval": STEP, "scrape_timeout": STEP, "evaluation_interval": STEP},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "licensing", "static_configs": targets}],
    }
