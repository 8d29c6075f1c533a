"""The rendered overlays, each built once, and what tests ask of them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from dev.kubernetes import overlays
from dev.kubernetes.services import SERVICES, Service

BOTH_REGIONS = "two-regions"
"""Production and a region more: what it has twice differs by namespace, and its own tests say how."""
OVERLAYS = [name for name in overlays.names() if name != BOTH_REGIONS]
SITES = ("staging", "production")
EACH = pytest.mark.parametrize("overlay", OVERLAYS)
EACH_SERVICE = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@cache
def manifests(overlay: str) -> tuple[dict[str, Any], ...]:
    return tuple(overlays.rendered(overlay))


def of_kind(overlay: str, kind: str) -> list[dict[str, Any]]:
    return [manifest for manifest in manifests(overlay) if manifest["kind"] == kind]


def named(overlay: str, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
    """The one of this name; a generated ConfigMap has a hash after its own."""
    found = [
        one
        for one in of_kind(overlay, kind)
        if one["metadata"]["name"] == name and namespace in (None, one["metadata"].get("namespace"))
    ]
    assert len(found) == 1, f"{kind} {name}: {len(found)} of them"
    return found[0]


def deployment_of(overlay: str, service: Service) -> dict[str, Any]:
    return named(overlay, "Deployment", service.name)


def pods(overlay: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each workload of ours with the Pod that it makes."""
    for manifest in manifests(overlay):
        if manifest["kind"] in ("Deployment", "Job"):
            yield manifest, manifest["spec"]["template"]["spec"]
        if manifest["kind"] == "CronJob":
            job = {"metadata": manifest["metadata"], "spec": manifest["spec"]["jobTemplate"]["spec"]}
            yield job, job["spec"]["template"]["spec"]


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    containers: list[dict[str, Any]] = deployment["spec"]["template"]["spec"]["containers"]
    (only,) = containers
    return only


def environment(overlay: str, deployment: dict[str, Any]) -> dict[str, str]:
    """What the process finds in its environment."""
    here = deployment["metadata"]["namespace"]
    found: dict[str, str] = {}
    for source in container(deployment).get("envFrom", ()):
        found |= named(overlay, "ConfigMap", source["configMapRef"]["name"], here)["data"]
    for one in container(deployment).get("env", ()):
        reference = one.get("valueFrom", {}).get("configMapKeyRef")
        if reference is None:
            found[one["name"]] = re.sub(r"\$\((\w+)\)", lambda name: found[name[1]], one.get("value", ""))
            continue
        found[one["name"]] = named(overlay, "ConfigMap", reference["name"], here)["data"][reference["key"]]
    return found
