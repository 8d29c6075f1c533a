"""Each alert is walked, and each command on its page is run or done in another way by a walk of that page."""

import ast

import pytest

from dev.stack.places import ROOT
from tests.support.prometheus import BOUNDS, TRENDS, alerts, quick
from tests.support.runbooks import OF_A_CLUSTER, commands, only, table_row
from tests.support.walks import ELSEWHERE, NOT_WALKED, WALKS


def pages() -> list[str]:
    return sorted({rule["annotations"]["runbook"] for rule in alerts().values()})


def test_each_alert_has_a_walk_and_each_walk_an_alert() -> None:
    assert set(WALKS) | set(NOT_WALKED) == set(alerts())
    assert set(WALKS) & set(NOT_WALKED) == set()


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_is_in_a_test_that_is_there_and_names_its_alert(name: str) -> None:
    file, _, test = WALKS[name].test.partition("::")
    functions = {one.name: one for one in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(one, _FUNCTIONS)}
    said = {one.value for one in ast.walk(functions[test]) if isinstance(one, ast.Constant)}
    assert name in said


@pytest.mark.parametrize("name", WALKS)
def test_each_command_of_a_walk_stands_on_the_page_of_its_alert(name: str) -> None:
    runbook = alerts()[name]["annotations"]["runbook"]
    assert len({only(runbook, begins) for begins in WALKS[name].begins}) == len(WALKS[name].begins)


def test_only_what_needs_a_cluster_is_done_in_another_way() -> None:
    assert {begins for row in WALKS.values() for begins in row.instead if not begins.startswith(OF_A_CLUSTER)} == set()
    assert {begins for row in WALKS.values() for begins in row.runs if begins.startswith(OF_A_CLUSTER)} == set()


def test_each_command_for_another_case_stands_on_a_page() -> None:
    known = [f"{one}\n" for page in pages() for one in commands(page)]
    assert [begins for begins in ELSEWHERE if not any(one.startswith(begins) for one in known)] == []


def test_each_command_of_a_page_is_walked() -> None:
    """A new command on a page needs a walk that runs it, or a line that says what is done in its place."""
    assert {page: left for page in pages() if (left := _not_walked(page))} == {}


def test_commands_of_a_page_are_whole_and_what_is_no_block_is_none() -> None:
    propose, approve = (
        only("docs/runbooks/ledger-stopped.md", begins)
        for begins in ("curl -X POST $API/v1/ledger/set-asides -H", "curl -X POST $API/v1/ledger/set-asides/$DECISION")
    )
    assert propose.endswith("}'")
    assert "\n" not in approve
    assert not any(one.startswith("|") for page in pages() for one in commands(page))
    assert table_row("docs/runbooks/error-budget.md", "row-freshness")


def test_windows_of_every_rule_are_made_short_and_nothing_else_is() -> None:
    """`quick` raises KeyError at a window that it does not know."""
    changed = {name for name, rule in alerts().items() if quick(rule)["expr"] != rule["expr"]}
    assert set(BOUNDS) | set(TRENDS) <= changed
    assert quick({"expr": 'rate(a{b="5m"}[5m] offset 30s) > 300'})["expr"] == 'rate(a{b="5m"}[5s] offset 3s) > 300'


def _not_walked(runbook: str) -> list[str]:
    names = [name for name, rule in alerts().items() if rule["annotations"]["runbook"].startswith(runbook)]
    known = [begins for name in names if name in WALKS for begins in WALKS[name].begins] + list(ELSEWHERE)
    known += [OF_A_CLUSTER] if set(names) <= set(NOT_WALKED) else []
    return [one for one in commands(runbook) if not f"{one}\n".startswith(tuple(known))]


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
