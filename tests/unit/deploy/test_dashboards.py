"""Each dashboard can be read by Grafana's sidecar, and every panel asks for something that there is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev.monitoring.dashboards import DASHBOARDS, Dashboard
from dev.monitoring.dashboards.model import COLUMNS, OF_REGION
from dev.monitoring.programs import promtool
from tests.support.metrics import names
from tests.support.rendered import SITES, named, of_kind

QUOTES = ('"', "`")
OF_ALL_REGIONS = "licensing:slo_objective"
_METRIC = re.compile(r"""\"[^\"]*\"|`[^`]*`|\b(?:licensing[_:]|process_|kube_|up\b)[\w:]*""")
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
def test_the_region_is_chosen_at_the_top_and_every_metric_is_of_it(dashboard: Dashboard) -> None:
    source, region = _model(dashboard)["templating"]["list"]
    assert (source["name"], region["name"], region["type"], region["datasource"]["uid"]) == (
        *("source", "region", "query"),
        "${source}",
    )
    assert (region["multi"], region["includeAll"]) == (False, False), "a sum is never of two regions"

    for expression in _expressions(dashboard):
        metrics = [
            found for found in _METRIC.finditer(expression) if not found[0].startswith((*QUOTES, OF_ALL_REGIONS))
        ]
        assert metrics, expression
        for found in metrics:
            assert expression[found.end() :].startswith(f"{{{OF_REGION}"), (found[0], expression)


def test_each_region_sees_its_own_numbers(tmp_path: Path) -> None:
    """The last entry, what is signed, and the backup lie in three namespaces of a region."""
    (owners,) = (board for board in DASHBOARDS if board.name == "licensing-ledger-owners")
    last, signed, backup = (_queries(owners, title)[0] for title in ("Last entry", "Signed up to", "Last backup"))
    series = [
        {"series": f'{name}{{namespace="{namespace}", {labels}}}', "values": str(value)}
        for region, value in (("licensing", 7), ("licensing-us", 30))
        for name, namespace, labels in (
            ("licensing_writer_sequence", region, 'ledger="0"'),
            ("licensing_signer_sequence", f"{region}-signer", 'ledger="0"'),
            ("kube_cronjob_status_last_successful_time", f"{region}-data", 'cronjob="log-backup"'),
        )
    ]
    asked = [
        {"expr": query.replace("${region}", region), "exp_samples": [{"labels": labels, "value": value}]}
        for region, sequence in (("licensing", 7), ("licensing-us", 30))
        for query, labels, value in (
            (last, '{ledger="0"}', sequence),
            (signed, '{ledger="0"}', sequence),
            (backup, "{}", -sequence),
        )
    ]
    case = {"interval": "1m", "input_series": series, "promql_expr_test": [one | {"eval_time": "0m"} for one in asked]}
    (tmp_path / "case.yaml").write_text(yaml.safe_dump({"rule_files": [], "tests": [case]}), encoding="utf-8")

    tested = promtool("test", "rules", "case.yaml", folder=tmp_path)

    assert tested.returncode == 0, tested.stdout + tested.stderr


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


def _queries(dashboard: Dashboard, title: str) -> list[str]:
    (panel,) = (one for one in _model(dashboard)["panels"] if one["title"] == title)
    return [target["expr"] for target in panel["targets"]]


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
