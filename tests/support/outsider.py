"""A replay of the ledger by who has only what we publish: the programs of the subscriber's page, run as written.

Nothing of ours is imported by those programs; what they read is Kafka, schemas/posting-rules.json and no more.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dev.stack.client import properties
from dev.stack.kafka import Broker, jars
from tests.support.markdown import ROOT

PAGE = ROOT / "docs/guides/integrators/subscriber.md"
RULES = ROOT / "schemas/posting-rules.json"
SECONDS = 120

Balances = dict[tuple[str, str], int]


class Outsider:
    """The programs in a folder of their own, beside the properties of a role that may read the ledger."""

    def __init__(self, folder: Path, broker: Broker, role: str = "portal") -> None:
        self.folder = folder
        self.rules: dict[str, Any] = json.loads(RULES.read_text())["rules"]
        (folder / "client.properties").write_text(properties(broker, role))
        (folder / "posting-rules.json").write_text(RULES.read_text())
        (folder / "first_balance.py").write_text(program("python"))
        (folder / "FirstBalance.java").write_text(program("java"))

    def by_python(self) -> Balances:
        """What the Python program prints; isolated, so that no module of ours can be imported."""
        return self._run(sys.executable, "-I", "first_balance.py")

    def by_java(self) -> Balances:
        """What the Java program prints."""
        return self._run("java", "-cp", f"{jars.folder()}/*", "FirstBalance.java")

    def _run(self, *command: str) -> Balances:
        arguments = (*command, "client.properties", "posting-rules.json")
        done = subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True, check=False, timeout=SECONDS)
        assert done.returncode == 0, done.stderr
        rows = map(json.loads, done.stdout.splitlines())
        return {(row["account"], row["license_type"]): row["count"] for row in rows}


def program(language: str) -> str:
    """The page's program in a language."""
    (found,) = _blocks(language)
    return found


def _blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
