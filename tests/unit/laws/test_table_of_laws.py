"""The table of laws and rules is total, and names what is there."""

import ast

import pytest

from contracts.refusals import REFUSALS
from dev.generate import laws
from signer.domain.laws import LAWS
from tests.support.forgeries import FORGERIES, Forgery


def test_each_law_has_its_place() -> None:
    assert laws.PLACES.keys() == LAWS.keys()
    for law, place in laws.PLACES.items():
        assert bool(place.refused) != bool(place.made), law
        assert place.tests, law


def test_each_refusal_of_the_table_exists() -> None:
    assert {code for place in laws.PLACES.values() for code in place.refused} <= REFUSALS.keys()


def test_each_test_of_the_table_exists() -> None:
    for test in {test for place in laws.PLACES.values() for test in place.tests}:
        path, _, name = test.partition("::")
        module = ast.parse((laws.ROOT / path).read_text(encoding="utf-8"))
        assert name in {one.name for one in module.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_a_law_with_both_sides_has_a_forgery_and_no_other_law_has_one() -> None:
    both = {law for law, place in laws.PLACES.items() if laws.BOTH_SIDES in place.tests}
    assert {forgery.law for forgery in FORGERIES} == both


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.law)
def test_the_table_says_what_the_ledger_answers(forgery: Forgery) -> None:
    place = laws.PLACES[forgery.law]
    assert forgery.code in place.refused if forgery.code else place.made


def test_the_page_is_todays() -> None:
    assert laws.FILE.read_text(encoding="utf-8") == laws.text(), "run `make generate`"
