"""The metrics that the code has."""

import importlib
import pkgutil
from functools import cache

from prometheus_client import REGISTRY, Metric

import audio
import device_sync
import ledger
import portal
import rma
import runtime
import signer
from signer.adapters.metrics import StatusCollector


@cache
def names() -> frozenset[str]:
    """The names of all samples: of what modules register when they are imported, and of the signer's collector."""
    for package in (runtime, ledger, signer, device_sync, rma, audio, portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    samples = {
        name for metric in (*REGISTRY.collect(), *StatusCollector([], {}).collect()) for name in _sample_names(metric)
    }
    return frozenset(name for name in samples if name.startswith("licensing_"))


def _sample_names(metric: Metric) -> set[str]:
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(metric.type, ("",))
    return {metric.name + suffix for suffix in suffixes}
