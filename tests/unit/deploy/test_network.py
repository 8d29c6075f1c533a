"""Who may talk to whom, and by which way requests come in."""

import re
from typing import Any

import pytest

from dev.kubernetes.services import SERVICES, Service
from dev.stack.places import ROOT
from tests.support.rendered import (
    EACH,
    SITES,
    manifests,
    named,
    of_kind,
)


@pytest.mark.parametrize("overlay", SITES)
def test_every_process_with_requests_has_a_route_and_devices_tls_ends_at_device_sync(overlay: str) -> None:
    routes = {
        (reference["name"], reference["port"], one["spec"]["parentRefs"][0]["sectionName"], one["spec"]["hostnames"][0])
        for kind in ("HTTPRoute", "TLSRoute")
        for one in of_kind(overlay, kind)
        for rule in one["spec"]["rules"]
        for reference in rule["backendRefs"]
    }
    listeners = {one["name"]: one for one in named(overlay, "Gateway", "licensing")["spec"]["listeners"]}

    assert {(name, port) for name, port, _, _ in routes} == {(one.name, one.port) for one in SERVICES if one.port}
    for _, _, section, host in routes:
        assert listeners[section]["hostname"] == host
    assert {one["name"]: one["tls"]["mode"] for one in listeners.values() if one["tls"]["mode"] != "Terminate"} == {
        "devices": "Passthrough"
    }


@EACH
def test_policies_allow_what_the_table_in_the_docs_says(overlay: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    text = page.partition("## Who talks to whom")[2].partition("\n## ")[0]
    said = {tuple(cells) for cells in re.findall(r"^\| `([\w-]+)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)}

    assert said == {(one.name, *_allowed(overlay, one)) for one in SERVICES}


def _allowed(overlay: str, service: Service) -> tuple[str, str]:
    """Who may reach it and whom it may reach, as the table says it."""
    spec = named(overlay, "NetworkPolicy", service.name)["spec"]
    into = [(_peer(rule["from"]), rule["ports"]) for rule in spec["ingress"]]
    out = [(_peer(rule["to"]), rule["ports"]) for rule in spec["egress"]]
    return _cell(into), _cell(out)


def _cell(allowed: list[tuple[str, Any]]) -> str:
    return ", ".join(f"{peer} {ports[0]['port']}" for peer, ports in allowed)


def _peer(peers: list[dict[str, Any]]) -> str:
    (peer,) = peers
    labels = (peer.get("podSelector") or peer["namespaceSelector"])["matchLabels"]
    if process := labels.get("app.kubernetes.io/name"):
        return f"{process}"
    (name,) = labels
    return {"k8s-app": "DNS", "strimzi.io/name": "Kafka", "cnpg.io/cluster": "PostgreSQL"}.get(name) or {
        "licensing.innovaphone.com/gateway": "gateway",
        "licensing.innovaphone.com/monitoring": "Prometheus",
    }[name]


@EACH
def test_the_signer_reaches_kafka_and_a_name_server_and_nobody_reaches_it_but_prometheus(overlay: str) -> None:
    policy = named(overlay, "NetworkPolicy", "signer")["spec"]
    peers = [peer for rule in policy["egress"] for peer in rule["to"]]

    assert {str(peer["podSelector"]["matchLabels"]) for peer in peers} == {
        "{'k8s-app': 'kube-dns'}",
        "{'strimzi.io/name': 'licensing-kafka'}",
    }
    assert [port["port"] for rule in policy["ingress"] for port in rule["ports"]] == [8082]
    assert {one["metadata"]["name"] for one in manifests(overlay) if _lives_with_the_signer(one)} == {
        "default-deny",
        "signer",
    } | {name for name in ("licensing", "secret-store", "signer-keys") if _has_secrets(overlay)}


def _has_secrets(overlay: str) -> bool:
    return bool(of_kind(overlay, "ExternalSecret"))


@EACH
def test_nobody_talks_to_anybody_where_no_policy_says_so(overlay: str) -> None:
    namespaces = {one["metadata"]["name"] for one in of_kind(overlay, "Namespace")}
    closed = {
        policy["metadata"]["namespace"]
        for policy in of_kind(overlay, "NetworkPolicy")
        if policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }

    assert closed == namespaces


@EACH
def test_what_an_object_names_is_there(overlay: str) -> None:
    """Selectors of services, policies and budgets find Pods of the same namespace."""
    labels = [
        (one["metadata"]["namespace"], one["spec"]["template"]["metadata"]["labels"])
        for one in (*of_kind(overlay, "Deployment"), *of_kind(overlay, "Job"))
    ]
    for kind in ("Service", "PodDisruptionBudget"):
        for one in of_kind(overlay, kind):
            wanted = one["spec"]["selector"].get("matchLabels", one["spec"]["selector"])
            place = one["metadata"]["namespace"]
            assert any(place == where and wanted.items() <= found.items() for where, found in labels), one["metadata"]


def _lives_with_the_signer(manifest: dict[str, Any]) -> bool:
    return bool(manifest["metadata"].get("namespace") == "licensing-signer" and manifest["kind"] != "ConfigMap")
