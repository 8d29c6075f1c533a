"""Pages for those who are woken, walked: something breaks, the alert is true, what the page says is done, it is not."""

import re
from collections.abc import Iterator

import pytest

from dev.kubernetes.services import SERVICES
from dev.monitoring.dashboards import DASHBOARDS, Dashboard
from dev.stack.cli import Stack
from dev.stack.parts import PARTS, Kit
from tests.support.prometheus import Prometheus, Sample, alert, watching

OF_THE_CLUSTER = {"namespace"}
"""Labels that Prometheus adds to what it finds in a cluster."""
FRESHNESS = 'licensing:slo_bad{slo="row-freshness"}'


@pytest.fixture(scope="module")
def prometheus(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with watching(Stack(kit.state), tmp_path_factory.mktemp("prometheus")) as prometheus:
        prometheus.until("licensing_ready == 1", lambda said: len(said) == len(SERVICES))
        yield prometheus


def test_a_projector_that_ends_is_missed_until_it_is_back(kit: Kit, prometheus: Prometheus) -> None:
    """docs/runbooks/process-away.md; `make up` is here what `kubectl scale` is there."""
    away = alert("LicensingProcessAway")["expr"]
    projector = kit.make(next(part for part in PARTS if part.name == "rma-projector"))
    prometheus.until(FRESHNESS, lambda said: _values(said) == [0])
    assert prometheus.ask(away) == []

    projector.stop()
    try:
        prometheus.until(away, lambda said: [labels["process"] for labels, _ in said] == ["rma-projector"])
        prometheus.until(FRESHNESS, lambda said: _values(said) == [1])
    finally:
        projector.launch()
        projector.wait(print)

    prometheus.until(away, lambda said: said == [])
    prometheus.until(FRESHNESS, lambda said: _values(said) == [0])


def test_every_rule_can_be_evaluated(prometheus: Prometheus) -> None:
    prometheus.until("licensing:slo_objective", bool)

    assert prometheus.unwell_rules() == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)
def test_lines_of_a_dashboard_have_the_labels_that_they_are_called_by(
    dashboard: Dashboard, prometheus: Prometheus
) -> None:
    drawn = 0
    for panel in dashboard.panels:
        for expression, legend in panel.queries:
            for labels, _ in prometheus.ask(expression):
                drawn += 1
                named = set(re.findall(r"\{\{(\w+)\}\}", legend)) - OF_THE_CLUSTER
                assert named <= set(labels), (panel.title, labels)
    assert drawn > 0


def _values(said: list[Sample]) -> list[float]:
    return [value for _, value in said]
