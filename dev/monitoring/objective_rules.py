"""Rules that follow from the objectives: what is recorded of each, and two alerts on how fast the error budget burns.

Multi-window, multi-burn-rate alerts as in chapter 5 of the Site Reliability Workbook: a long window says that it
matters, a short one that it still goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dev.monitoring.objectives import DAYS, OBJECTIVES, Objective

Rule = dict[str, Any]
BAD, EVERY, OBJECTIVE = "licensing:slo_bad", "licensing:slo_every", "licensing:slo_objective"
BUDGET = "licensing:slo_budget_left"
ALLOWED = f"on (slo) group_left () (1 - {OBJECTIVE})"
"""The share that may be bad, which is the same in each region."""
SECONDS = 30
QUICK, SLOW = f"{SECONDS}s", "5m"
"""How often rules are evaluated: what is counted and hours of it, and days of it."""
LEAST_BAD = 10
"""Requests, or seconds, in the long window: a single failure in a quiet night wakes nobody."""
PAGE = "docs/runbooks/error-budget.md"


@dataclass(frozen=True, slots=True)
class Burn:
    """Budget goes `factor` times as fast as it may, over both windows."""

    factor: float
    long: str
    short: str


FAST = (Burn(14.4, "1h", "5m"), Burn(6, "6h", "30m"))
"""2 % of a month's budget in an hour, 5 % in six: somebody gets up."""
STEADY = (Burn(1, "3d", "6h"),)
"""10 % in three days: somebody looks in the morning."""
WINDOWS = {QUICK: ("5m", "30m", "1h", "6h"), SLOW: ("3d", f"{DAYS}d")}


def ratio(window: str) -> str:
    """The name of the share that was bad."""
    return f"licensing:slo_errors:ratio{window}"


def manifest() -> dict[str, Any]:
    """The PrometheusRule."""
    names = {"app.kubernetes.io/part-of": "licensing"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "licensing-objectives", "namespace": "licensing", "labels": names},
        "spec": {
            "groups": [
                {
                    "name": "licensing-objectives",
                    "interval": QUICK,
                    "rules": [*_counted(), *_ratios(QUICK), *_alerts()],
                },
                {"name": "licensing-budgets", "interval": SLOW, "rules": [*_ratios(SLOW), _budget()]},
            ]
        },
    }


def _counted() -> Iterator[Rule]:
    for objective in OBJECTIVES:
        yield _recorded(BAD, objective.bad, objective)
        yield _recorded(EVERY, objective.every or f'0 * {BAD}{{slo="{objective.name}"}} + 1', objective)
        yield _recorded(OBJECTIVE, f"vector({objective.percent / 100:g})", objective)


def _recorded(name: str, expression: str, objective: Objective) -> Rule:
    return {"record": name, "expr": expression, "labels": {"slo": objective.name}}


def _ratios(interval: str) -> Iterator[Rule]:
    for window in WINDOWS[interval]:
        yield {"record": ratio(window), "expr": f"avg_over_time({BAD}[{window}]) / avg_over_time({EVERY}[{window}])"}


def _budget() -> Rule:
    return {"record": BUDGET, "expr": f"1 - {ratio(f'{DAYS}d')} / {ALLOWED}"}


def _alerts() -> Iterator[Rule]:
    yield _alert("LicensingErrorBudgetBurnsFast", FAST, "critical")
    yield _alert("LicensingErrorBudgetBurns", STEADY, "warning")


def _alert(name: str, burns: tuple[Burn, ...], severity: str) -> Rule:
    return {
        "alert": name,
        "expr": " or ".join(map(_burns, burns)),
        "labels": {"severity": severity},
        "annotations": {
            "summary": "{{ $labels.slo }}{{ with $labels.namespace }} of {{ . }}{{ end }}: "
            "{{ $value | humanizePercentage }} are bad, which burns its error budget.",
            "runbook": PAGE,
        },
    }


def _burns(burn: Burn) -> str:
    bound = f"on (slo) group_left () ({burn.factor:g} * (1 - {OBJECTIVE}))"
    enough = f"{SECONDS} * sum_over_time({BAD}[{burn.long}]) >= {LEAST_BAD}"
    return f"({ratio(burn.long)} > {bound} and {ratio(burn.short)} > {bound} and {enough})"
