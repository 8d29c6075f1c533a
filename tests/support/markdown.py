"""Markdown as GitHub shows it: headings and their anchors, links, and what stands in backticks."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n)(?: {4,}.*\n)+")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NAMED = re.compile(r'<a id="([^"]+)">')
_INLINE = re.compile(r"\]\(([^()\s]+)\)")
_DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
_REFERENCE = re.compile(r"\[([^\[\]]+)\](?![(:\[])")


@cache
def tracked(*endings: str) -> tuple[Path, ...]:
    """All files of the repository with such an ending; folders that begin with a dot hold none of ours."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not name.startswith((".", "__pycache__")) and name != "node_modules"]
        found += [Path(folder) / name for name in names if name.endswith(endings)]
    return tuple(sorted(found))


def pages() -> tuple[Path, ...]:
    """Every page of documentation."""
    return tracked(".md")


def name_of(path: Path) -> str:
    """A path as messages and test ids show it."""
    return path.relative_to(ROOT).as_posix()


@cache
def prose(page: Path) -> str:
    """The text of a page without blocks of code."""
    return _INDENTED.sub("", _FENCED.sub("", page.read_text(encoding="utf-8")))


@cache
def anchors(page: Path) -> frozenset[str]:
    """What a link to the page may name behind `#`."""
    taken: dict[str, int] = {}
    found: set[str] = set(_NAMED.findall(prose(page)))
    for heading in _HEADING.findall(prose(page)):
        slug = slug_of(heading)
        number = taken[slug] = taken.get(slug, -1) + 1
        found.add(f"{slug}-{number}" if number else slug)
    return frozenset(found)


def slug_of(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sections(page: Path) -> dict[str, str]:
    """The text below each heading, by its anchor; a heading's text ends at the next heading of any level."""
    heads = list(_HEADING.finditer(prose(page)))
    ends = [*(head.start() for head in heads[1:]), len(prose(page))]
    return {slug_of(head[1]): prose(page)[head.end() : end] for head, end in zip(heads, ends, strict=True)}


def links(page: Path) -> Iterator[str]:
    """Targets of all links of a page, those defined at its end among them."""
    text = _CODE.sub("`", prose(page))
    yield from _INLINE.findall(text)
    yield from (target for _, target in _DEFINITION.findall(text))


def undefined_references(page: Path) -> set[str]:
    """Labels in brackets that no definition gives a target."""
    text = _CODE.sub("`", prose(page))
    return set(_REFERENCE.findall(_DEFINITION.sub("", text))) - {label for label, _ in _DEFINITION.findall(text)}


def code_spans(page: Path) -> Iterator[str]:
    """What stands in backticks."""
    yield from _CODE.findall(prose(page))
