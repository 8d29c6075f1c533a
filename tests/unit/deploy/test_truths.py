"""What no linter knows: the manifests say what the code, the declarations and each other say."""

import importlib
import pkgutil
import re
from typing import Any

import pytest
from prometheus_client import REGISTRY, Metric
from pydantic.fields import FieldInfo

import audio
import device_sync
import ledger
import rma
import runtime
import signer
from contracts.access import grants, roles
from contracts.topics import AUDIO_EVENTS, TOPICS, topic_name
from dev.kubernetes.services import SERVICES, Service
from dev.stack.places import ROOT
from dev.stack.postgres import ROLES
from runtime.settings import PREFIX
from signer.adapters.metrics import StatusCollector
from tests.unit.deploy.rendered import OVERLAYS, container, environment, manifests, named, of_kind, pods

EACH = pytest.mark.parametrize("overlay", OVERLAYS)
SITES = ("staging", "production")
EACH_SERVICE = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def _deployment(overlay: str, service: Service) -> dict[str, Any]:
    return named(overlay, "Deployment", service.name)


def _field(variable: str) -> str:
    assert variable.startswith(PREFIX), f"{variable} is no setting"
    return variable.removeprefix(PREFIX).lower()


@EACH
@EACH_SERVICE
def test_a_process_is_given_its_settings_and_no_others(overlay: str, service: Service) -> None:
    given = {_field(name) for name in environment(overlay, _deployment(overlay, service))}
    fields = service.settings.model_fields

    assert given <= fields.keys()
    assert {name for name, field in fields.items() if field.is_required()} <= given


@EACH
@EACH_SERVICE
def test_the_settings_are_valid(overlay: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(overlay, _deployment(overlay, service)).items():
        monkeypatch.setenv(name, value)

    assert service.settings().topic_prefix == "licensing."  # pyright: ignore[reportCallIssue]


@EACH
@EACH_SERVICE
def test_ports_are_the_same_at_setting_container_probe_service_and_policy(overlay: str, service: Service) -> None:
    deployment = _deployment(overlay, service)
    settings, only = environment(overlay, deployment), container(deployment)
    ports = {port["name"]: port["containerPort"] for port in only["ports"]}
    business = {ports[name] for name in ports if name != "admin"}

    assert str(ports["admin"]) == settings["LICENSING_ADMIN_PORT"]
    assert {only[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")} == {"admin"}
    assert {str(port) for port in business} == {
        settings[name] for name in ("LICENSING_API_PORT", "LICENSING_DEVICE_SYNC_PORT") if name in settings
    }
    assert _allowed_in(overlay, service) == set(ports.values())
    assert _served(overlay, service) == {(port, name) for name, port in ports.items() if name != "admin"}


def _allowed_in(overlay: str, service: Service) -> set[int]:
    policy = named(overlay, "NetworkPolicy", service.name)
    return {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}


def _served(overlay: str, service: Service) -> set[tuple[int, str]]:
    ports = [
        port
        for one in of_kind(overlay, "Service")
        if one["spec"]["selector"]["app.kubernetes.io/name"] == service.name
        for port in one["spec"]["ports"]
    ]
    return {(port["port"], port["targetPort"]) for port in ports}


@EACH_SERVICE
def test_a_port_that_the_settings_have_a_default_for_is_that(service: Service) -> None:
    defaults = {
        name: field.default
        for name, field in service.settings.model_fields.items()
        if name.endswith("_port") and not field.is_required()
    }

    assert {name: service.values()[name] for name in defaults} == {name: str(port) for name, port in defaults.items()}


@EACH
def test_topics_are_those_declared(overlay: str) -> None:
    made = {topic["metadata"]["name"]: topic["spec"] for topic in of_kind(overlay, "KafkaTopic")}

    assert made.keys() == {topic_name(topic) for topic in TOPICS}
    for topic in TOPICS:
        spec = made[topic_name(topic)]
        assert spec["partitions"] % topic.partitions == 0
        config = {name: str(value) for name, value in spec["config"].items() if name != "min.insync.replicas"}
        assert config == topic.config()


@EACH
def test_users_and_their_rights_are_those_declared(overlay: str) -> None:
    users = of_kind(overlay, "KafkaUser")
    held = {
        (user["metadata"]["name"], operation.lower(), acl["resource"]["type"], acl["resource"]["name"])
        for user in users
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }

    assert {user["metadata"]["name"] for user in users} == set(roles())
    assert held == {(right.role, right.operation, right.resource, right.name) for right in grants()}


@EACH
@EACH_SERVICE
def test_a_process_connects_as_a_user_that_there_is(overlay: str, service: Service) -> None:
    settings = environment(overlay, _deployment(overlay, service))

    assert named(overlay, "KafkaUser", settings["LICENSING_KAFKA_USERNAME"])
    if "LICENSING_DATABASE_URL" in settings:
        role = settings["LICENSING_DATABASE_URL"].removeprefix("postgresql://").partition("@")[0]
        (database,) = of_kind(overlay, "Cluster")
        assert role in {one["name"] for one in database["spec"]["managed"]["roles"]}


@EACH
def test_topics_survive_the_loss_of_a_broker_where_there_are_three(overlay: str) -> None:
    brokers = named(overlay, "KafkaNodePool", "broker")["spec"]["replicas"]
    replicas = {topic["spec"]["replicas"] for topic in of_kind(overlay, "KafkaTopic")}
    in_sync = {topic["spec"]["config"]["min.insync.replicas"] for topic in of_kind(overlay, "KafkaTopic")}

    assert (replicas, in_sync) == (({3}, {2}) if brokers == 3 else ({1}, {1}))


@EACH
@EACH_SERVICE
def test_each_file_that_a_setting_names_is_mounted(overlay: str, service: Service) -> None:
    deployment = _deployment(overlay, service)
    mounts = {mount["mountPath"] for mount in container(deployment)["volumeMounts"]}
    fields = service.settings.model_fields
    paths = [
        value
        for name, value in environment(overlay, deployment).items()
        if _is_path(fields[_field(name)]) and not value.startswith("/opt/")
    ]

    assert [path for path in paths if not any(path == place or path.startswith(place + "/") for place in mounts)] == []


def _is_path(field: FieldInfo) -> bool:
    return "Path" in str(field.annotation)


@pytest.mark.parametrize("overlay", SITES)
def test_each_secret_that_something_uses_is_made(overlay: str) -> None:
    made = {
        (one["metadata"]["namespace"], _secret_of(one)): _keys_of(one)
        for one in (*of_kind(overlay, "ExternalSecret"), *of_kind(overlay, "Certificate"))
    }
    made["licensing-data", "licensing-app"] = {"username", "password"}  # CloudNativePG's own, for the database's owner

    assert [use for use in _secrets_used(overlay) if not use[2] <= made.get(use[:2], set())] == []


def _secret_of(manifest: dict[str, Any]) -> str:
    spec = manifest["spec"]
    return str(spec["target"]["name"] if manifest["kind"] == "ExternalSecret" else spec["secretName"])


def _keys_of(manifest: dict[str, Any]) -> set[str]:
    if manifest["kind"] == "Certificate":
        return {"tls.crt", "tls.key", "ca.crt"}
    keys = {one["secretKey"] for one in manifest["spec"]["data"]}
    return keys | set(manifest["spec"]["target"].get("template", {}).get("data", {}))


def _secrets_used(overlay: str) -> list[tuple[str, str, set[str]]]:
    """Namespace, name and keys of each Secret that a Pod mounts or that a broker, a database or a gateway names."""
    used = [
        (workload["metadata"]["namespace"], volume["secret"]["secretName"], _keys_mounted(overlay, workload, volume))
        for workload, pod in pods(overlay)
        for volume in pod["volumes"]
        if "secret" in volume
    ]
    for user in of_kind(overlay, "KafkaUser"):
        password = user["spec"]["authentication"]["password"]["valueFrom"]["secretKeyRef"]
        used.append((user["metadata"]["namespace"], password["name"], {password["key"]}))
    (database,) = of_kind(overlay, "Cluster")
    roles_of_services = (role for role in database["spec"]["managed"]["roles"] if "passwordSecret" in role)
    used += [("licensing-data", role["passwordSecret"]["name"], {"username", "password"}) for role in roles_of_services]
    used.append(("licensing-data", database["spec"]["certificates"]["serverTLSSecret"], {"tls.crt", "tls.key"}))
    used.append(("licensing-data", named(overlay, "Issuer", "internal")["spec"]["ca"]["secretName"], {"tls.key"}))
    return used


def _keys_mounted(overlay: str, workload: dict[str, Any], volume: dict[str, Any]) -> set[str]:
    """Those that are listed, or those by which the settings name files below the mount."""
    if "items" in volume["secret"]:
        return {item["key"] for item in volume["secret"]["items"]}
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    (path,) = (mount["mountPath"] for mount in only["volumeMounts"] if mount["name"] == volume["name"])
    values = " ".join(environment(overlay, workload).values())
    return set(re.findall(rf"{path}/([\w.-]+)", values))


@pytest.mark.parametrize("overlay", SITES)
def test_each_image_is_set_in_the_overlay(overlay: str) -> None:
    images = {one["image"] for _, pod in pods(overlay) for one in pod["containers"]}

    assert all(image.startswith("registry.example.com/") for image in images)
    assert overlay != "production" or {image.partition("@")[1] for image in images if "postgresql" not in image} == {
        "@"
    }


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
    for package in (runtime, ledger, signer, device_sync, rma, audio):
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


@EACH
@EACH_SERVICE
def test_there_are_as_many_replicas_as_the_design_allows(overlay: str, service: Service) -> None:
    deployment = _deployment(overlay, service)
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get("maxReplicas", one["spec"].get("maxReplicaCount"))
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for one in of_kind(overlay, kind)
    }

    if service.name in scaled:
        assert "replicas" not in deployment["spec"]
        assert scaled[service.name] == service.scaling.most
        assert service.scaling.by != "nothing"
    else:
        assert 1 <= deployment["spec"]["replicas"] <= service.scaling.most


def test_an_audio_worker_has_at_most_as_many_replicas_as_there_are_partitions() -> None:
    (worker,) = (service for service in SERVICES if service.name == "audio-worker")

    assert worker.scaling.most == AUDIO_EVENTS.partitions


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
    return tuple(", ".join(f"{peer} {ports[0]['port']}" for peer, ports in side) for side in (into, out))  # type: ignore[return-value]


def _peer(peers: list[dict[str, Any]]) -> str:
    (peer,) = peers
    labels = peer.get("podSelector", peer["namespaceSelector"])["matchLabels"]
    (name,) = labels
    return {"k8s-app": "DNS", "strimzi.io/name": "Kafka", "cnpg.io/cluster": "PostgreSQL"}.get(name) or {
        "licensing.innovaphone.com/gateway": "gateway",
        "licensing.innovaphone.com/monitoring": "Prometheus",
    }[name]


@EACH
def test_database_roles_are_those_of_the_services(overlay: str) -> None:
    (database,) = of_kind(overlay, "Cluster")

    assert {role["name"] for role in database["spec"]["managed"]["roles"]} == {*ROLES, "licensing"}


@EACH
def test_nothing_is_left_to_be_said_by_the_site(overlay: str) -> None:
    assert "set-by-site.env" not in str(manifests(overlay))


@EACH
def test_pods_are_as_closed_as_they_can_be(overlay: str) -> None:
    for workload, pod in pods(overlay):
        name = workload["metadata"]["name"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for one in pod["containers"]:
            assert one["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert one["resources"]["limits"].keys() == {"memory"}, name
            assert one["resources"]["requests"].keys() == {"cpu", "memory"}, name


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


def _lives_with_the_signer(manifest: dict[str, Any]) -> bool:
    return bool(manifest["metadata"].get("namespace") == "licensing-signer" and manifest["kind"] != "ConfigMap")


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
