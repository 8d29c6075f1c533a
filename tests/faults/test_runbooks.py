"""Pages for those who are woken, walked: something breaks, the alert is true, what the page says is done, it is not."""

import re

import pytest

from dev.monitoring.dashboards import DASHBOARDS, Dashboard
from dev.stack.cli import Stack
from dev.stack.parts import PARTS, Kit
from tests.support.prometheus import Prometheus, Sample, alert
from tests.support.walks import Walking

OF_THE_CLUSTER = {"namespace"}
"""Labels that Prometheus adds to what it finds in a cluster."""
FRESHNESS = 'licensing:slo_bad{slo="row-freshness"}'


def test_a_projector_that_ends_is_missed_until_it_is_back(kit: Kit, walk: Walking) -> None:
    projector = kit.make(next(part for part in PARTS if part.name == "rma-projector"))
    with walk("LicensingProcessAway") as away:
        away.prometheus.until(FRESHNESS, lambda said: _values(said) == [0])
        projector.stop()
        try:
            away.until_true(lambda labels: labels["process"] == "rma-projector")
            away.prometheus.until(FRESHNESS, lambda said: _values(said) == [1])
            assert re.search(r"rma-projector +\S+ +away", away.run("licensingctl status pods", exits=3))
        finally:
            projector.launch()
            projector.wait(print)
        away.until_well()
        away.run("licensingctl status pods")
        away.prometheus.until(FRESHNESS, lambda said: _values(said) == [0])


def test_a_process_that_one_region_lacks_is_missed_though_another_one_has_it(
    kit: Kit, prometheus: Prometheus, walk: Walking
) -> None:
    with prometheus.also_in("licensing-us", Stack(kit.state)), walk("LicensingProcessOfRegionAway") as away:
        there = prometheus.pods.read_bytes()
        prometheus.loses("licensing-us", "rma-projector")
        away.until_true(lambda labels: labels == {"namespace": "licensing-us", "process": "rma-projector"})
        assert prometheus.ask(alert("LicensingProcessAway")["expr"]) == []
        away.run("licensingctl status pods")
        prometheus.pods.write_bytes(there)
        away.until_well()


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
