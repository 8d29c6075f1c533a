"""What no linter knows: the manifests say what the code, the declarations and each other say."""

from typing import Any

import pytest
from pydantic.fields import FieldInfo

from contracts.access import grants, roles
from contracts.topics import TOPICS, topic_name
from dev.kubernetes.services import SERVICES, Service
from runtime.settings import PREFIX
from tests.unit.deploy.rendered import OVERLAYS, container, environment, manifests, named, of_kind, pods

EACH = pytest.mark.parametrize("overlay", OVERLAYS)
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
    } | {name for name in ("licensing", "signer-keys") if _has_secrets(overlay)}


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
