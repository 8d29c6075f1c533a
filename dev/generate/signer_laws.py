"""Writes the table of the signer's laws into its README: `make generate`. A test compares.

The sentences are those of `signer.domain.laws`; the modules that hold a law are found in the sources.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from signer.domain.laws import LAWS

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "services/signer/README.md"
SOURCES = ROOT / "services/signer/src/signer"
BEGIN = "<!-- The table of laws is made by `make generate`; do not edit. -->\n"
END = "<!-- End of the table of laws. -->\n"
HEAD = "| law | what it says | held in |\n|---|---|---|\n"


def text(readme: str) -> str:
    """The README with the table of today's laws."""
    before, _, rest = readme.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{FILE} has no marks around the table of laws")
    return before + BEGIN + table() + END + after


def table() -> str:
    """One row a law, in the order of the laws."""
    places = holders()
    rows = (f"| `{law}` | {sentence} | {', '.join(places.get(law, ()))} |\n" for law, sentence in LAWS.items())
    return HEAD + "".join(rows)


def holders() -> Mapping[str, tuple[str, ...]]:
    """The modules that raise each law."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in SOURCES.rglob("*.py"):
        for law in _raised(ast.parse(path.read_text(encoding="utf-8"))):
            found[law].add(path.stem)
    return {law: tuple(sorted(modules)) for law, modules in found.items()}


def _raised(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id="LawBrokenError"), args=[ast.Constant(value=str(law)), *_]):
                yield law
            case _:
                pass


def main() -> None:
    """Write the table into the README."""
    FILE.write_text(text(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("signer's table of laws written\n")
