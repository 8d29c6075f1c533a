"""Two regions in one cluster: each is the whole of a site, and they share no more than brokers and databases."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.access import INSPECTOR, grants, roles
from contracts.topics import TOPICS, topic_name
from dev.kubernetes.services import DATA_NAMESPACE, NAMESPACE
from dev.monitoring.programs import promtool
from dev.stack.postgres import ROLES
from tests.support.rendered import BOTH_REGIONS, manifests, named, of_kind

FIRST, PREFIX = "licensing.", "licensing-us."
NAMESPACES = {
    "licensing": "licensing-us",
    "licensing-signer": "licensing-us-signer",
    "licensing-data": "licensing-us-data",
}
FOR_ALL_REGIONS = {
    ("Kafka", "licensing"),
    ("KafkaNodePool", "broker"),
    ("KafkaNodePool", "controller"),
    ("Cluster", "licensing"),
    ("ScheduledBackup", "licensing-nightly"),
    ("Issuer", "internal"),
    ("Certificate", "kafka-listener"),
    ("Certificate", "postgres-server"),
    ("ExternalSecret", "internal-ca"),
    ("NetworkPolicy", "kafka"),
    ("NetworkPolicy", "postgres"),
    ("PodMonitor", "kafka"),
    ("PodMonitor", "postgres"),
    ("ConfigMap", "licensing-dashboards"),
    ("PrometheusRule", "licensing"),
    ("PrometheusRule", "licensing-objectives"),
    ("PrometheusRule", "licensing-platform"),
    ("PrometheusRule", "licensing-us"),
}
FOR_THE_JOB_OF_THE_RIGHTS = {("ExternalSecret", "licensing-app"), ("ExternalSecret", "postgres-server")}
CHANGED: dict[str, tuple[str, str]] = {
    "namespace": (r"^licensing\b", "licensing-us"),
    "role": (r"^licensing\b", "licensing-us"),
    "key": (r"^licensing/", "licensing/us/"),
    "consumerGroup": (r"^licensing\.", PREFIX),
    "topic": (r"^licensing\.", PREFIX),
    "LICENSING_KAFKA_USERNAME": (r"^", "us-"),
    "LICENSING_DATABASE_URL": (r"//(.*)/licensing\?", r"//us-\1/licensing-us?"),
    "LICENSING_DATABASE_REPLICA_URL": (r"//(.*)/licensing\?", r"//us-\1/licensing-us?"),
}
"""What else a value becomes in the other region, by the name of its field."""
VARIABLES = {
    ("Job", "database-rights", "licensing"): "licensing-us",
    ("CronJob", "log-restore", "restore"): "us-restore",
}
"""The same for variables of containers."""
OWN_PREFIXES = ("LICENSING_TOPIC_PREFIX", "LICENSING_KAFKA_USER_PREFIX")
_PORTAL = '{namespace="licensing-us", process="portal"}'
LABEL = "app.kubernetes.io/part-of"


def named_so(manifest: dict[str, Any]) -> tuple[str, str]:
    return manifest["kind"], _without_hash(manifest["metadata"]["name"])


def _without_hash(name: str) -> str:
    return re.sub(r"-[2456789bcdfghkmt]{10}$", "", name)


def of_namespace(namespace: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {named_so(one): one for one in manifests(BOTH_REGIONS) if one["metadata"].get("namespace") == namespace}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each single value with the names of the fields that lead to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, str(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, str(number)))
    else:
        yield path, _without_hash(value) if isinstance(value, str) else value


def of_sites() -> dict[str, str]:
    """What the first region's site says and what the other one's does, of all that gets into other manifests."""
    first, other = (of_namespace(one)["ConfigMap", "site"]["data"] for one in ("licensing", "licensing-us"))
    assert first.keys() == other.keys()
    return {value: other[name] for name, value in first.items() if name != "smtp-user"}


def in_the_other(manifest: dict[str, Any], sites: dict[str, str]) -> dict[tuple[str, ...], Any]:
    """What a manifest of the first region says there."""
    return {path: _there(named_so(manifest), path[-1], value, sites) for path, value in leaves(manifest)}


def _there(of: tuple[str, str], field: str, value: Any, sites: dict[str, str]) -> Any:
    if not isinstance(value, str) or field == LABEL:
        return value
    value = VARIABLES.get((*of, value), value) if field == "value" else sites.get(value, value)
    pattern, new = CHANGED.get(field, (r"\.licensing\.svc\b", ".licensing-us.svc"))
    return re.sub(pattern, new, value)


def test_the_other_region_is_the_first_one_under_names_of_its_own() -> None:
    sites = of_sites()
    for here, there in NAMESPACES.items():
        first, other = of_namespace(here), of_namespace(there)
        own = {name for name in first.keys() - FOR_ALL_REGIONS if not _is_of_the_brokers(name)}
        assert other.keys() == own | (FOR_THE_JOB_OF_THE_RIGHTS if here == DATA_NAMESPACE else set())
        for name in own - {("ConfigMap", "site")}:
            said = {path: value for path, value in leaves(other[name]) if path[-1] not in OWN_PREFIXES}
            wanted = in_the_other(first[name], sites)
            if name == ("ConfigMap", "database-rights"):
                del said["data", "roles.sql"], wanted["data", "roles.sql"]
            assert said == wanted, name


def _is_of_the_brokers(name: tuple[str, str]) -> bool:
    kind, own = name
    return kind in ("KafkaTopic", "KafkaUser", "Database") or (
        kind == "ExternalSecret" and own.removeprefix("us-").startswith(("database-", "kafka-users"))
    )


def test_every_process_of_the_other_region_has_its_prefix_of_topics() -> None:
    told = {
        name: one["data"].get("LICENSING_TOPIC_PREFIX")
        for namespace in NAMESPACES.values()
        for (kind, name), one in of_namespace(namespace).items()
        if kind == "ConfigMap" and "LICENSING_KAFKA_USERNAME" in one["data"]
    }

    assert len(told) > 10
    assert set(told.values()) == {PREFIX}


def test_no_user_has_a_right_on_topics_of_both_regions() -> None:
    held = {
        (user["metadata"]["name"], operation.lower(), acl["resource"]["type"], acl["resource"]["name"])
        for user in of_kind(BOTH_REGIONS, "KafkaUser")
        if not user["metadata"]["name"].endswith(INSPECTOR)
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }

    assert held == {(right.role, right.operation, right.resource, right.name) for right in grants()} | {
        (f"us-{right.role}", right.operation, right.resource, right.name) for right in grants(PREFIX)
    }
    names = [one["metadata"]["name"] for one in of_kind(BOTH_REGIONS, "KafkaTopic")]
    assert sorted(names) == sorted(topic_name(topic, prefix) for topic in TOPICS for prefix in (FIRST, PREFIX))
    assert not any(name.startswith(FIRST) for name in names if name.startswith(PREFIX))


def test_no_two_objects_share_a_name_and_no_two_listeners_a_host() -> None:
    names = [
        (one["apiVersion"], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])
        for one in manifests(BOTH_REGIONS)
    ]
    hosts = [one["hostname"] for gateway in of_kind(BOTH_REGIONS, "Gateway") for one in gateway["spec"]["listeners"]]

    assert len(names) == len(set(names))
    assert len(hosts) == len(set(hosts)) == 10


def test_no_entry_of_the_secret_store_is_of_both_regions() -> None:
    entries: dict[str, set[str]] = {}
    for one in of_kind(BOTH_REGIONS, "ExternalSecret"):
        read = {data["remoteRef"]["key"] for data in one["spec"]["data"]}
        entries.setdefault(one["metadata"]["namespace"], set()).update(read)

    for first, other in NAMESPACES.items():
        assert all(entry.startswith("licensing/us/") for entry in entries[other])
        here = {entry for entry in entries[first] if entry.startswith("licensing/us/")}
        assert here == (set() if first != DATA_NAMESPACE else _passwords())


def _passwords() -> set[str]:
    """What brokers and databases have to know of the other region."""
    return {f"licensing/us/kafka-{role}" for role in (*roles(), INSPECTOR)} | {
        f"licensing/us/database-{role}" for role in (*ROLES, "licensing")
    }


def test_the_vault_knows_the_signers_of_the_regions_apart() -> None:
    roles_of = [
        one["spec"]["provider"]["vault"]["auth"]["kubernetes"]["role"] for one in of_kind(BOTH_REGIONS, "SecretStore")
    ]

    assert sorted(roles_of) == sorted([*NAMESPACES, *NAMESPACES.values()])


def test_no_process_of_a_region_is_let_to_one_of_the_other() -> None:
    """The namespaces that a policy names; all are closed to what no policy names."""
    for one in of_kind(BOTH_REGIONS, "NetworkPolicy"):
        where = one["metadata"]["namespace"]
        others = set(re.findall(r'"kubernetes.io/metadata.name": "(licensing[\w-]*)"', json.dumps(one["spec"])))
        if one["metadata"]["name"] == "postgres":
            assert others == {NAMESPACE, "licensing-us", "licensing-us-data"}
        else:
            assert others <= {DATA_NAMESPACE}, where
    closed = {
        one["metadata"]["namespace"]
        for one in of_kind(BOTH_REGIONS, "NetworkPolicy")
        if one["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }
    assert closed == {*NAMESPACES, *NAMESPACES.values()}
    assert {one["metadata"]["name"] for one in of_kind(BOTH_REGIONS, "Namespace")} == closed


def test_brokers_let_in_both_regions() -> None:
    (listener,) = named(BOTH_REGIONS, "Kafka", "licensing")["spec"]["kafka"]["listeners"]
    (first,) = listener["networkPolicyPeers"][0]["namespaceSelector"]["matchExpressions"]

    assert first["values"] == ["licensing", "licensing-signer", "licensing-us", "licensing-us-signer"]
    assert listener["networkPolicyPeers"][-1] == {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "licensing-us-data"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/component": "log-backup"}},
    }


def test_the_database_of_the_other_region_belongs_to_its_owner_and_its_rights_name_its_roles() -> None:
    made = {
        (one["metadata"]["namespace"], one["spec"]["target"]["name"]) for one in of_kind(BOTH_REGIONS, "ExternalSecret")
    }
    cluster = named(BOTH_REGIONS, "Cluster", "licensing")
    managed = {one["name"]: one for one in cluster["spec"]["managed"]["roles"]}
    spec = named(BOTH_REGIONS, "Database", "licensing-us")["spec"]
    sql = of_namespace("licensing-us-data")["ConfigMap", "database-rights"]["data"]["roles.sql"]

    assert managed.keys() == {name for role in ("licensing", *ROLES) for name in (role, f"us-{role}")}
    assert (spec["name"], spec["owner"]) == ("licensing-us", "us-licensing")
    assert managed["us-licensing"]["inRoles"] == [f"us-{role}" for role in managed["licensing"]["inRoles"]]
    for name, role in managed.items():
        assert name == "licensing" or (DATA_NAMESPACE, role["passwordSecret"]["name"]) in made
    first = of_namespace(DATA_NAMESPACE)["ConfigMap", "database-rights"]["data"]["roles.sql"]
    assert {name for name in re.findall(r'"([\w-]+)"', sql) if name != "DBNAME"} == {f"us-{role}" for role in ROLES}
    assert re.sub(r'"us-', '"', sql) == first


def test_a_process_is_missed_in_each_region(tmp_path: Path) -> None:
    groups = named(BOTH_REGIONS, "PrometheusRule", "licensing-us")["spec"]["groups"]
    ((rule,),) = (group["rules"] for group in groups)
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": groups}), encoding="utf-8")
    there = {
        "interval": "1m",
        "input_series": [{"series": f"up{series}", "values": "1x9"} for series in _all_but_the_portal(rule["expr"])],
        "alert_rule_test": [{"eval_time": "9m", "alertname": rule["alert"], "exp_alerts": [_missed_portal()]}],
    }
    (tmp_path / "case.yaml").write_text(json.dumps({"rule_files": ["rules.yaml"], "tests": [there]}), encoding="utf-8")

    assert (tested := promtool("test", "rules", "case.yaml", folder=tmp_path)).returncode == 0, tested.stdout
    missed = re.findall(r'absent\(up\{namespace="([\w-]+)", process="([\w-]+)"\}\)', rule["expr"])

    assert sorted(missed) == sorted(
        (one["metadata"]["namespace"], one["metadata"]["name"]) for one in of_kind(BOTH_REGIONS, "Deployment")
    )


def _all_but_the_portal(expression: str) -> list[str]:
    """The series of all processes but the region's portal."""
    return [one for one in re.findall(r"up(\{[^}]*\})", expression) if one != _PORTAL]


def _missed_portal() -> dict[str, Any]:
    return {
        "exp_labels": {"severity": "critical", "namespace": "licensing-us", "process": "portal"},
        "exp_annotations": {
            "summary": "No portal answers in licensing-us.",
            "runbook": "docs/runbooks/process-away.md",
        },
    }


def test_production_is_as_it_is_without_the_other_region_but_for_whom_brokers_and_databases_let_in() -> None:
    shared = {("Kafka", "licensing"), ("NetworkPolicy", "postgres"), ("Cluster", "licensing")}
    both = [one for one in manifests(BOTH_REGIONS) if named_so(one) not in shared]

    assert [one for one in manifests("production") if named_so(one) not in shared and one not in both] == []
