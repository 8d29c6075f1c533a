"""The laws are listed once, each is held somewhere, and the README shows all of them."""

from typing import get_args

from dev.generate import signer_laws
from signer.domain.laws import LAWS, Law


def test_each_law_has_a_sentence() -> None:
    assert tuple(LAWS) == get_args(Law)
    assert all(sentence.endswith(".") and "|" not in sentence for sentence in LAWS.values())


def test_each_law_is_held_by_a_module() -> None:
    assert signer_laws.holders().keys() == LAWS.keys()


def test_the_readme_has_the_table_of_todays_laws() -> None:
    readme = signer_laws.FILE.read_text(encoding="utf-8")
    assert readme == signer_laws.text(readme), "run `make generate`"
