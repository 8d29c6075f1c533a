"""Each objective is measured, tried and said on the page."""

from pathlib import Path

import pytest
import yaml

from dev.monitoring.objective_rules import BAD, EVERY, FAST, STEADY, WINDOWS
from dev.monitoring.objectives import OBJECTIVES, Objective
from dev.stack.places import ROOT

EACH = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)
CASES = Path(__file__).parent / "alerts" / "objectives.yaml"


@EACH
@pytest.mark.parametrize("recorded", [BAD, EVERY])
def test_what_each_objective_counts_has_a_case_with_a_bad_value(objective: Objective, recorded: str) -> None:
    """Promtool runs the cases in test_alerts.py."""
    tests = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]
    asked = f'{recorded}{{slo="{objective.name}"}}'
    values = {
        sample["value"]
        for test in tests
        for case in test.get("promql_expr_test", ())
        if case["expr"] == asked
        for sample in case["exp_samples"]
    }
    assert max(values, default=0) > 0 or (recorded == EVERY and objective.every is None)


@EACH
def test_each_objective_stands_on_the_page_as_it_is_declared(objective: Objective) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `{objective.name}` | {objective.percent:g} % | {objective.says} |" in page


@EACH
def test_the_runbook_says_where_to_look_for_each_objective(objective: Objective) -> None:
    page = (ROOT / "docs" / "runbooks" / "error-budget.md").read_text(encoding="utf-8")
    assert f"\n| `{objective.name}` | `" in page


def test_every_window_of_an_alert_is_recorded() -> None:
    recorded = {window for windows in WINDOWS.values() for window in windows}
    assert {window for burn in (*FAST, *STEADY) for window in (burn.long, burn.short)} <= recorded
