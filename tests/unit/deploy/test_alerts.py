"""Alerts are on what the code measures, fire when they shall, and lead to a page."""

import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev.kubernetes.services import SERVICES
from dev.monitoring.programs import promtool
from dev.stack.places import ROOT
from tests.support.markdown import anchors
from tests.support.metrics import names
from tests.support.rendered import BOTH_REGIONS, SITES, of_kind

CASES = Path(__file__).parent / "alerts"
RULES = "rules.yaml"


@pytest.mark.parametrize("overlay", SITES)
def test_each_rule_is_on_metrics_that_the_code_has(overlay: str) -> None:
    rules = list(_rules(overlay))
    assert rules
    recorded = {rule["record"] for rule in rules if "record" in rule}
    for rule in rules:
        assert set(re.findall(r"licensing[_:][\w:]+", rule["expr"])) <= names() | recorded, rule


def test_each_alert_names_a_page_and_a_heading_on_it() -> None:
    for alert in _alerts():
        page, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert (ROOT / page).is_file(), alert["alert"]
        assert not anchor or anchor in anchors(ROOT / page), alert["alert"]


def test_each_process_is_missed_when_it_is_away() -> None:
    (away,) = (alert["expr"] for alert in _alerts() if alert["alert"] == "LicensingProcessAway")
    assert re.findall(r'absent\(up\{process="([\w-]+)"\}\)', away) == [service.name for service in SERVICES]


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    known = {alert["alert"] for alert in _alerts()}
    told = [(case["alertname"], bool(case["exp_alerts"])) for case in _cases()]
    assert {(name, fires) for name in known for fires in (True, False)} == set(told)


def test_each_case_is_asked_of_the_rules_that_have_its_alert() -> None:
    """Of others, an alert that is not to fire would never fire."""
    alerts = {_file(group): {rule.get("alert") for rule in group["rules"]} for group in _groups("production")}
    for file in _files():
        known = set[str | None]().union(*(alerts[name] for name in file["rule_files"]))
        assert {case["alertname"] for case in _cases_of(file)} <= known, file["rule_files"]


def test_the_rules_are_valid_and_every_case_comes_out(tmp_path: Path) -> None:
    for group in _groups("production"):
        (tmp_path / _file(group)).write_text(yaml.safe_dump({"groups": [group]}), encoding="utf-8")
    rules = [_file(group) for group in _groups("production")]
    of_regions = tmp_path / "regions.yaml"
    of_regions.write_text(yaml.safe_dump({"groups": list(_of_second_region())}), encoding="utf-8")
    cases = [Path(shutil.copy(file, tmp_path)).name for file in sorted(CASES.glob("*.yaml"))]

    checked, tested = (
        promtool("check", "rules", *rules, of_regions.name, folder=tmp_path),
        promtool("test", "rules", *cases, folder=tmp_path),
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_a_case_that_comes_out_otherwise_is_found(tmp_path: Path) -> None:
    rule = {"alert": "Never", "expr": "vector(0) > 1"}
    case = {"eval_time": "1m", "alertname": "Never", "exp_alerts": [{}]}
    (tmp_path / RULES).write_text(yaml.safe_dump({"groups": [{"name": "one", "rules": [rule]}]}), encoding="utf-8")
    (tmp_path / "case.yaml").write_text(
        yaml.safe_dump({"rule_files": [RULES], "tests": [{"alert_rule_test": [case]}]}), encoding="utf-8"
    )

    assert promtool("test", "rules", "case.yaml", folder=tmp_path).returncode == 1


def _groups(overlay: str) -> Iterator[dict[str, Any]]:
    for one in of_kind(overlay, "PrometheusRule"):
        yield from one["spec"]["groups"]


def _of_second_region() -> Iterator[dict[str, Any]]:
    """What production alone does not have."""
    known = {group["name"] for group in _groups("production")}
    yield from {group["name"]: group for group in _groups(BOTH_REGIONS) if group["name"] not in known}.values()


def _file(group: dict[str, Any]) -> str:
    """What a file of cases names to have these rules: each evaluates all that it names, again and again."""
    return f"{group['name']}.yaml"


def _rules(overlay: str) -> Iterator[dict[str, Any]]:
    for group in _groups(overlay):
        yield from group["rules"]


def _alerts() -> list[dict[str, Any]]:
    return [rule for rule in _rules("production") if "alert" in rule]


def _cases() -> list[dict[str, Any]]:
    return [case for file in _files() for case in _cases_of(file)]


def _cases_of(file: dict[str, Any]) -> list[dict[str, Any]]:
    return [case for test in file["tests"] for case in test.get("alert_rule_test", ())]


@cache
def _files() -> list[dict[str, Any]]:
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(CASES.glob("*.yaml"))]
