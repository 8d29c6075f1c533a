"""A real Prometheus that watches a running stack by the rules of production, in quick steps.

A stack of tests lives for minutes. So windows of rules, and the bounds of two alerts, are shorter here than in
production: `quick` is the one place where a rule is changed. That an alert waits (`for:`), and how long its windows
are, is what the cases of promtool show (`tests/unit/deploy/alerts`).
"""

import json
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from dev.kubernetes.services import NAMESPACE, SIGNER_NAMESPACE
from dev.monitoring.programs import program
from dev.stack.cli import Stack
from dev.stack.ports import HOST, Ports
from dev.stack.process import Process, Program
from dev.stack.service import START_SECONDS, answers
from tests.support.rendered import BOTH_REGIONS, of_kind

STEP = "1s"
"""How often it asks and evaluates: in production it is 15 and 30 seconds."""
WAIT_SECONDS = 120.0
"""The signer looks at its topics once a minute."""
WINDOWS = {
    "30s": "3s",
    "2m": "5s",
    "5m": "5s",
    "15m": "8s",
    "30m": "8s",
    "1h": "10s",
    "6h": "12s",
    "1d": "1d",
    "3d": "15s",
    "30d": "20s",
}
"""What a window, or how far back a rule looks, becomes."""
BOUNDS = {
    "LicensingAudioWaits": ("> 300", "> 5"),
    "LicensingBackupLate": ("> 3600", "> 5"),
    "LicensingLettersWait": ("> 600", "> 5"),
}
"""Alerts on how long something has been so, in seconds."""
TRENDS = {"LicensingVolumeFills": " or min by "}
"""Where the part on a trend begins: over seconds it says nothing of the next days, and is left out."""
_WINDOW = re.compile(r"(?<=\[)\w+(?=\])|(?<=offset )\w+")
Sample = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running one, which finds what it asks in a file, as it finds Pods in a cluster."""

    client: httpx.Client
    pods: Path

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

    @contextmanager
    def also_in(self, region: str, stack: Stack) -> Generator[None]:
        """It finds the stack's processes in this region, too, until the block ends."""
        there = self.pods.read_bytes()
        self.pods.write_text(json.dumps([*json.loads(there), *_pods(stack, region)]), encoding="utf-8")
        try:
            yield
        finally:
            self.pods.write_bytes(there)

    def loses(self, namespace: str, process: str) -> None:
        """It finds no Pod of this process there any more."""
        found: list[dict[str, Any]] = json.loads(self.pods.read_text(encoding="utf-8"))
        labels = {"namespace": namespace, "process": process}
        self.pods.write_text(json.dumps([one for one in found if not labels.items() <= one["labels"].items()]))

    def unwell_rules(self) -> list[dict[str, Any]]:
        """Rules that could not be evaluated."""
        said = self.client.get("/api/v1/rules").raise_for_status().json()
        return [rule for group in said["data"]["groups"] for rule in group["rules"] if rule["health"] == "err"]


@contextmanager
def watching(stack: Stack, folder: Path, *outside: str) -> Generator[Prometheus]:
    """Start one in the folder, with the rules of production; it ends with the block.

    It also asks the exporters `outside`.
    """
    process = Process("prometheus", folder, stop_seconds=10.0)
    address = f"{HOST}:{Ports(folder / 'ports.json').port('prometheus')}"
    pods = folder / "pods.json"
    pods.write_text(json.dumps([*_pods(stack, NAMESPACE)]), encoding="utf-8")
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": _groups()}), encoding="utf-8")
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(_configuration(pods, outside)), encoding="utf-8")
    files = (f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'samples'}")
    process.spawn(Program((str(program("prometheus")), *files, f"--web.listen-address={address}"), {}))
    try:
        url = f"http://{address}"
        process.wait_until(lambda: answers(f"{url}/-/ready"), seconds=START_SECONDS, progress=print)
        with httpx.Client(base_url=url) as client:
            yield Prometheus(client, pods)
    finally:
        process.stop()


def alert(name: str) -> dict[str, Any]:
    """The alert of this name, as it is asked here."""
    return quick(alerts()[name])


def alerts() -> dict[str, dict[str, Any]]:
    """Every alert by its name, as it is in production or, beside a second region, there."""
    return {
        rule["alert"]: rule
        for overlay in (BOTH_REGIONS, "production")
        for group in _rules(overlay)
        for rule in group["rules"]
        if "alert" in rule
    }


def quick(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule as it is evaluated here."""
    expression = _WINDOW.sub(lambda window: WINDOWS[window[0]], rule["expr"])
    if bound := BOUNDS.get(rule.get("alert", "")):
        assert bound[0] in expression, rule
        expression = expression.replace(*bound)
    if trend := TRENDS.get(rule.get("alert", "")):
        assert "predict_linear" in expression.partition(trend)[2], rule
        expression = expression.partition(trend)[0]
    return rule | {"expr": expression}


def _rules(overlay: str) -> Iterator[dict[str, Any]]:
    for one in of_kind(overlay, "PrometheusRule"):
        yield from one["spec"]["groups"]


def _groups() -> list[dict[str, Any]]:
    rules = _rules("production")
    return [{"name": group["name"], "rules": [quick(rule) for rule in group["rules"]]} for group in rules]


def _pods(stack: Stack, region: str) -> Iterator[dict[str, Any]]:
    """The labels are those that the PodMonitors make."""
    for line in stack.processes():
        name, _, place = line.partition("=")
        namespace = SIGNER_NAMESPACE.replace(NAMESPACE, region) if name == "signer" else region
        yield {"targets": [place], "labels": {"process": name, "pod": f"{name}-0", "namespace": namespace}}


def _configuration(pods: Path, outside: Sequence[str]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": STEP, "scrape_timeout": STEP, "evaluation_interval": STEP},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [
            {"job_name": "licensing", "file_sd_configs": [{"files": [str(pods)], "refresh_interval": STEP}]},
            {"job_name": "outside", "static_configs": [{"targets": list(outside)}]},
        ],
    }
