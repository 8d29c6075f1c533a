"""Each metric of the code stands in a table for operators."""

import re
from pathlib import Path

from dev.stack.places import ROOT
from tests.support.metrics import names

RUNNING = ROOT / "docs/guides/operators/running.md"
READMES = ("audio", "device-sync", "ledger", "rma")
_SUFFIX = re.compile(r"_(bucket|sum|count)$")


def test_each_metric_is_in_a_table() -> None:
    told = set(re.findall(r"licensing_\w+", "".join(map(_tables, (RUNNING, *map(_readme, READMES))))))
    told |= {f"licensing_signer_{name}" for name in re.findall(r"`(\w+)(?:\{\w+\})?`", _tables(_readme("signer")))}

    assert {name for name in map(_name, names()) if name not in told} == set()


def _name(sample: str) -> str:
    """How a table calls it: of a histogram without the part, and of a family by its first member."""
    name = _SUFFIX.sub("", sample)
    if name.startswith("licensing_rma_writer_"):
        return name.replace("licensing_rma_writer_", "licensing_writer_")
    return name.replace("_seconds", "_requests_total") if re.search(r"_(api|portal)_seconds$", name) else name


def _readme(service: str) -> Path:
    return ROOT / "services" / service / "README.md"


def _tables(page: Path) -> str:
    return "\n".join(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|"))
