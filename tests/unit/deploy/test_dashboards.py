"""Each dashboard can be read by Grafana's sidecar, and every panel asks for something that there is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev.monitoring.dashboards import DASHBOARDS, Dashboard
from dev.monitoring.dashboards.model import COLUMNS
from dev.monitoring.programs import promtool
from tests.support.metrics import names
from tests.support.rendered import SITES, named, of_kind

EACH = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)


@pytest.mark.parametrize("overlay", SITES)
def test_the_sidecar_of_grafana_finds_every_dashboard(overlay: str) -> None:
    made = named(overlay, "ConfigMap", "licensing-dashboards")

    assert made["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert {name: json.loads(text)["uid"] for name, text in made["data"].items()} == {
        f"{dashboard.name}.json": dashboard.name for dashboard in DASHBOARDS
    }


@EACH
def test_each_panel_is_on_metrics_that_are_there(dashboard: Dashboard) -> None:
    rules = [one["spec"]["groups"] for one in of_kind("production", "PrometheusRule")]
    recorded = {rule["record"] for groups in rules for group in groups for rule in group["rules"] if "record" in rule}
    outside = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}
    outside |= {"kube_cronjob_status_last_successful_time"}

    for expression in _expressions(dashboard):
        asked = set(re.findall(r"\b(?:licensing[_:]|process_|kube_|up\b)[\w:]*", re.sub(r"\"[^\"]*\"", "", expression)))
        assert asked, expression
        assert asked <= names() | recorded | outside, expression


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    queries = [{"expr": expression} for board in DASHBOARDS for expression in _expressions(board)]

    assert _checked(queries, tmp_path) == 0
    assert _checked([*queries, {"expr": "sum by (licensing_ready"}], tmp_path) == 1


@EACH
def test_numbers_of_panels_are_their_own_and_titles_too(dashboard: Dashboard) -> None:
    panels = dashboard.panels
    assert len({panel.number for panel in panels}) == len({panel.title for panel in panels}) == len(panels)


@EACH
def test_every_panel_has_a_unit_a_sentence_and_a_place_of_its_own(dashboard: Dashboard) -> None:
    panels = _model(dashboard)["panels"]
    squares = [square for panel in panels for square in _squares(panel["gridPos"])]

    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < COLUMNS
    for panel in panels:
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]), panel["title"]


def _model(dashboard: Dashboard) -> dict[str, Any]:
    made = named("production", "ConfigMap", "licensing-dashboards")
    model: dict[str, Any] = json.loads(made["data"][f"{dashboard.name}.json"])
    return model


def _expressions(dashboard: Dashboard) -> Iterator[str]:
    for panel in _model(dashboard)["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def _squares(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(place["x"], place["x"] + place["w"]):
        yield from ((x, y) for y in range(place["y"], place["y"] + place["h"]))


def _checked(rules: list[dict[str, str]], folder: Path) -> int:
    numbered = [rule | {"record": f"query:{number}"} for number, rule in enumerate(rules)]
    text = yaml.safe_dump({"groups": [{"name": "queries", "rules": numbered}]})
    (folder / "queries.yaml").write_text(text, encoding="utf-8")
    return promtool("check", "rules", "queries.yaml", folder=folder).returncode
