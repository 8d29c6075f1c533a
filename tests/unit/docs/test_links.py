"""Every link and every path on a page leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.support.markdown import (
    ROOT,
    anchors,
    code_spans,
    links,
    name_of,
    pages,
    prose,
    slug_of,
    tracked,
    undefined_references,
)

_ROOMS = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")}
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)+/?")
_FILE = re.compile(r"[\w.-]+\.(py|md|sql|toml)")
every_page = pytest.mark.parametrize("page", pages(), ids=name_of)


@every_page
def test_relative_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    broken = [target for target in links(page) if not _is_outside(target) and not _exists(page, target)]
    assert broken == []


@every_page
def test_labels_in_brackets_have_a_target(page: Path) -> None:
    assert undefined_references(page) == set()


@every_page
def test_paths_in_backticks_exist(page: Path) -> None:
    said = {span.rstrip("/") for span in code_spans(page) if _PATH.fullmatch(span) and span.split("/")[0] in _ROOMS}
    assert [path for path in sorted(said) if not (ROOT / path).exists()] == []


@every_page
def test_file_names_in_backticks_exist(page: Path) -> None:
    names = {path.name for path in tracked(".py", ".md", ".sql", ".toml")}
    said = {span for span in code_spans(page) if _FILE.fullmatch(span)}
    assert sorted(said - names) == []


def test_the_index_leads_to_every_page_of_docs() -> None:
    docs = ROOT / "docs"
    index = docs / "README.md"
    reached = {index} | _reached_from(index) | _reached_from(docs / "adr" / "README.md")
    missing = {page for page in pages() if page.is_relative_to(docs)} - reached
    assert {name_of(page) for page in missing} == set()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("Section 9", "section-9"), ("What it is, and isn't", "what-it-is-and-isnt"), ("`make test`", "make-test")],
)
def test_anchors_are_those_that_github_makes(heading: str, anchor: str) -> None:
    assert slug_of(heading) == anchor


def test_blocks_of_code_hold_no_links_and_no_headings() -> None:
    page = next(one for one in pages() if name_of(one) == "docs/architecture.md")
    assert "sequenceDiagram" in page.read_text(encoding="utf-8")
    assert "sequenceDiagram" not in prose(page)


def _is_outside(target: str) -> bool:
    return target.startswith(("https://", "http://", "mailto:"))


def _exists(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if anchor and file.suffix == ".md":
        return file.is_file() and anchor in anchors(file)
    return file.exists() and not anchor


def _reached_from(page: Path) -> set[Path]:
    inside = [target.partition("#")[0] for target in links(page) if not _is_outside(target)]
    return {(page.parent / target).resolve() for target in inside if target.endswith(".md")}
