"""Alerts are on what the code measures."""

import importlib
import pkgutil
import re

import pytest
from prometheus_client import REGISTRY, Metric

import audio
import device_sync
import ledger
import portal
import rma
import runtime
import signer
from dev.stack.places import ROOT
from signer.adapters.metrics import StatusCollector
from tests.support.rendered import (
    SITES,
    of_kind,
)


@pytest.mark.parametrize("overlay", SITES)
def test_each_alert_is_on_metrics_that_the_code_has_and_names_a_page(overlay: str) -> None:
    known = _metrics()
    rules = [
        rule for one in of_kind(overlay, "PrometheusRule") for group in one["spec"]["groups"] for rule in group["rules"]
    ]

    assert rules
    for rule in rules:
        assert set(re.findall(r"licensing_\w+", rule["expr"])) <= known, rule["alert"]
        assert (ROOT / rule["annotations"]["runbook"].partition("#")[0]).is_file(), rule["alert"]


def _metrics() -> set[str]:
    """The names of all samples: of what modules register when they are imported, and of the signer's collector."""
    for package in (runtime, ledger, signer, device_sync, rma, audio, portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    samples = {
        name for metric in (*REGISTRY.collect(), *StatusCollector([], {}).collect()) for name in _sample_names(metric)
    }
    return {name for name in samples if name.startswith("licensing_")}


def _sample_names(metric: Metric) -> set[str]:
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(metric.type, ("",))
    return {metric.name + suffix for suffix in suffixes}
