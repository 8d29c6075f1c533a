"""Every sentence of the pages is there in every language."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from portal.domain.names import flaw
from portal.domain.passwords import weakness
from portal.entrypoints.web import (
    access_words,
    case_steps,
    case_words,
    device_steps,
    orders,
    scope_words,
    support_case_words,
)
from portal.entrypoints.web.bulk import jobs
from portal.entrypoints.web.license_types import CLASSES
from portal.entrypoints.web.rights import RIGHTS
from portal.entrypoints.web.routes.staff import companies, records
from portal.entrypoints.web.sentences import TITLES
from portal.entrypoints.web.words import DEFAULT, LANGUAGES, Words, catalog, language_of

WEB = Path(str(files("portal.entrypoints.web")))
IN_TEMPLATE = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
VALUES = re.compile(r"\{\w*\}")
OTHERS = [language for language in LANGUAGES if language != DEFAULT]
BY_NAME = {
    "Say your name, as colleagues of your company shall see it.",
    "The present password is another one.",
    str(flaw("\u202e")),
    *(str(weakness(password, "a@b")) for password in ("short", "x" * 300, "aaaaaaaaaaaaaaaa")),
}
"""What is translated where it is shown, not where it stands."""


def sentences() -> set[str]:
    """What templates and modules say."""
    found = BY_NAME | {*TITLES.values(), *case_words.WORDS, *case_steps.WORDS, *RIGHTS.values(), *CLASSES.values()}
    found |= {
        *device_steps.WORDS,
        *jobs.WORDS,
        *support_case_words.WORDS,
        *orders.WORDS,
        *scope_words.WORDS,
        *access_words.WORDS,
        *companies.KINDS.values(),
        *(title for title, _ in records.KINDS.values()),
    }
    for template in (WEB / "templates").rglob("*.html"):
        found |= {one or other for one, other in IN_TEMPLATE.findall(template.read_text(encoding="utf-8"))}
    for module in WEB.rglob("*.py"):
        found |= {said for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) for said in translated(node)}
    return found


def translated(node: ast.AST) -> list[str]:
    """What a call of `_` or of `words_for(...)` says."""
    match node:
        case ast.Call(
            func=ast.Name(id="_") | ast.Call(func=ast.Name(id="words_for")), args=[ast.Constant(value=str(said)), *_]
        ):
            return [said]
        case _:
            return []


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    assert set(catalog(language)) == sentences()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    differ = {said for said, other in catalog(language).items() if VALUES.findall(said) != VALUES.findall(other)}
    assert differ == set()


def test_a_sentence_is_said_in_the_visitors_language() -> None:
    assert Words("de")("Into «{project}»", project="Adria") == "In «Adria»"
    assert Words("xx")("Home") == "Home"


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-DE,de;q=0.9,en;q=0.8", "de"), ("fr, en;q=0.5", "en"), ("", "en"), ("fr", "en")]
)
def test_a_visitor_reads_the_first_language_that_the_browser_asks_for(accepted: str, language: str) -> None:
    assert language_of(accepted) == language
