"""Every id of a rule or decision that is cited anywhere has its place, and is cited in one form."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contracts.refusals import REFUSALS
from tests.support.markdown import ROOT, anchors, name_of, pages, prose, sections, tracked

RULES, ARCHITECTURE = ROOT / "docs" / "rules.md", ROOT / "docs" / "architecture.md"
REFERENCE = ROOT / "docs" / "reference"
BOOKS = {name_of(RULES), name_of(ARCHITECTURE)}
NAMES_DECISION = "sequence_not_reached"
"""The refusal whose frozen rule id is a decision's, although a rule has the same one."""

_ID = r"[CDFRTX]\d{1,2}"
_IDS = rf"{_ID}(?:(?:, | and |, and | or | to ){_ID})*"
_BARE = re.compile(rf"\b{_ID}\b")
_CITED = re.compile(rf"\b(rule|decision)s? ({_IDS})\b", re.IGNORECASE)
_SECTION = re.compile(r"\brules,? sections? (\d+)", re.IGNORECASE)
_FORMER = re.compile(rf"\b(domain|architecture)(\.md)?,? (rules? )?(section|{_ID})|\(section \d", re.IGNORECASE)
_MAY_CITE = re.compile(rf"\b{_ID}\b|\bADR \d|[Ss]ection \d")
"""What a file without any citation has nowhere: most files need no parsing."""
_ADR = re.compile(r"\bADR (\d+)\b")


def test_each_rule_of_a_refusal_stands_in_the_rule_book_and_names_the_refusal() -> None:
    book = sections(RULES)
    named = {(row.code, rule.lower().replace(" ", "-")) for row in REFUSALS.values() for rule in row.rule.split(", ")}
    assert {(code, anchor) for code, anchor in named if f"`{code}`" not in book.get(anchor, "")} == set()


def test_a_refusal_that_names_a_decision_is_explained_at_the_rule_of_that_id() -> None:
    anchor = REFUSALS[NAMES_DECISION].rule.lower()
    assert f"decision-{anchor}" in anchors(ARCHITECTURE)
    assert f"(architecture.md#decision-{anchor})" in sections(RULES)[anchor]


def test_every_rule_and_decision_that_is_cited_has_a_place() -> None:
    assert [(place, missing) for place, text in texts() if (missing := _without_place(text))] == []


def test_citations_have_one_form() -> None:
    """Write: rule X7, rules X4 and D6, rules section 9, decision D16."""
    written = [(place, text) for place, text in texts() if place not in BOOKS]
    assert [(place, other) for place, text in written if (other := _other_forms(text))] == []


def test_every_decision_record_that_is_cited_exists() -> None:
    there = {int(page.name[:4]) for page in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    cited = {int(number) for _, text in texts() for number in _ADR.findall(text)}
    assert cited <= there


@pytest.mark.parametrize(
    "text",
    ["as X7 says", "(F4)", "domain section 9", "architecture D16", "see (section 7)", "domain D7", "rule X1, F4x R2"],
)
def test_other_forms_are_found(text: str) -> None:
    assert _other_forms(text)


@pytest.mark.parametrize("text", ["rule X77", "rules X1 and T99", "decision D99", "rules section 99"])
def test_ids_without_a_place_are_found(text: str) -> None:
    assert _without_place(text)


def _other_forms(text: str) -> list[str]:
    return [*_BARE.findall(_CITED.sub("", text)), *(found[0] for found in _FORMER.finditer(text))]


def _without_place(text: str) -> set[str]:
    missing: set[str] = set()
    for kind, ids in _CITED.findall(text):
        page, before = (RULES, "") if kind.lower() == "rule" else (ARCHITECTURE, "decision-")
        missing |= {f"{kind} {one}" for one in _BARE.findall(ids) if before + one.lower() not in anchors(page)}
    return missing | {f"section {n}" for n in _SECTION.findall(text) if f"section-{n}" not in anchors(RULES)}


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """What people wrote, by where it stands: pages, and comments and docstrings of code."""
    written = [(page, prose(page)) for page in pages() if not page.is_relative_to(REFERENCE)]
    written += [(source, " ".join(_said(source))) for source in tracked(".py")]
    return tuple((name_of(path), text) for path, text in written)


def _said(source: Path) -> Iterator[str]:
    """Comments and docstrings, a line break in them being a blank."""
    text = source.read_text(encoding="utf-8")
    if not _MAY_CITE.search(text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield " ".join(node.value.value.split())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")
