"""Draws the states of an RMA case into docs/rma.md, from the table of steps: `make generate`. A test compares."""

import sys
from pathlib import Path

from rma.domain.state import ENDED
from rma.domain.steps import STEPS, Row

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs/rma.md"
BEGIN = "<!-- The picture of states is made by `make generate`; do not edit. -->\n"
END = "<!-- End of the picture of states. -->\n"
_QUIET = frozenset({"remind"})
"""Steps that a picture is clearer without: they lead nowhere else."""
_WHO = {"requester": "R", "staff": "S", "service": "A"}


def text(page: str) -> str:
    """The page with the picture of today's table."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{FILE} has no marks around the picture of states")
    return before + BEGIN + picture() + END + after


def picture() -> str:
    """One arrow for each pair of states and step, with who may take it."""
    arrows = [
        f"    {source} --> {row.target}: {_label(row)}"
        for row in STEPS
        if row.target is not None and row.step not in _QUIET
        for source in row.sources
        if source != row.target
    ]
    ends = [f"    {state} --> [*]" for state in sorted(ENDED)]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> authorised: file (R)", *arrows, *ends, "```", ""])


def _label(row: Row) -> str:
    who = "".join(_WHO[role] for role in ("requester", "staff", "service") if role in row.by)
    when = ", ".join(sorted(row.when))
    return f"{row.step.replace('_', ' ')} ({who})" + (f" if {when}" if when else "")


def main() -> None:
    """Write the picture into the page."""
    FILE.write_text(text(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("picture of the states of a case written\n")
