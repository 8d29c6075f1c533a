"""Makes the portal's page of rules from docs/rules.md: `make generate`. A test compares.

Links to other pages of the documentation become their words: the portal serves this one alone.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "docs/rules.md"
FILE = ROOT / "services/portal/src/portal/entrypoints/web/templates/rules_text.html"
HEAD = "{# Made from docs/rules.md by `make generate`; do not edit. #}\n{% raw %}\n"
END = "{% endraw %}\n"


def text(page: str) -> str:
    """The rules as a part of a page, without their title."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(page)[3:]
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[at + 1].content))
        if token.type == "th_open":
            token.attrSet("scope", "col")
        token.attrs.pop("style", None)
        token.children = None if token.children is None else list(_here(token.children))
    rendered: str = markdown.renderer.render(tokens, markdown.options, {})
    return HEAD + rendered + END


def anchor(heading: str) -> str:
    """Where a heading is found, as GitHub names it."""
    return heading.strip().lower().replace(" ", "-")


def _here(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without links that lead elsewhere."""
    kept, leads_here = list[Token](), False
    for token in tokens:
        if token.type == "link_open":
            leads_here = str(token.attrs["href"]).startswith("#")
        if token.type not in ("link_open", "link_close") or leads_here:
            kept.append(token)
    return kept


def main() -> None:
    """Write the page."""
    FILE.write_text(text(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("the portal's page of rules written\n")
