"""Further regions in the cluster of the first one: what differs, as patches, and what each adds beside the brokers.

A region is an installation of its own that shares brokers and database servers (ADR 32). The first one has no name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.access import INSPECTOR
from contracts.topics import AUDIO_EVENTS, topic_name
from dev.kubernetes import kafka_manifests
from dev.kubernetes.manifests import Manifest, basic_auth, external_secret
from dev.kubernetes.services import DATA_NAMESPACE, NAMESPACE, SERVICES, SIGNER_NAMESPACE, Service
from dev.stack.postgres.roles import ROLES, grants
from runtime.settings import PREFIX

VAULT_ROOT = "licensing"
OWNER = "licensing"
"""Of the database of the first region; the others have `<region>-licensing`."""
PROJECTING = tuple(role for role in ROLES if role.endswith("-projector") or role == "portal")
"""Whose schemas the owner of a database makes."""
JOBS = (("name", "database-rights"), ("component", "log-backup"))
"""By which label the brokers and databases know the Pods that each region has in its namespace for data."""

USERS_OF_JOBS = (
    ("ledger-founding", NAMESPACE, "operator"),
    ("topic-check", NAMESPACE, INSPECTOR),
    ("log-backup", DATA_NAMESPACE, "backup"),
)
"""As whom each Job with settings of its own reaches the brokers."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region and the names that follow from its own."""

    name: str

    @property
    def topic_prefix(self) -> str:
        return f"licensing-{self.name}."

    @property
    def namespaces(self) -> dict[str, str]:
        """Each namespace of the first region and that which stands for it here; brokers and databases have only one."""
        return {
            one: one.replace("licensing", self.database, 1) for one in (NAMESPACE, SIGNER_NAMESPACE, DATA_NAMESPACE)
        }

    @property
    def database(self) -> str:
        return f"licensing-{self.name}"

    def own(self, name: str) -> str:
        """The name here of a user, a role, or an object in the namespace that all regions share."""
        return f"{self.name}-{name}"

    def entry(self, name: str) -> str:
        """Where an entry of the secret store is, below the root."""
        return f"{self.name}/{name}"


REGIONS = (Region("us"),)


def component(region: Region) -> Manifest:
    """Last in the list of a region's components: makes of a whole site what is this region's alone."""
    return _component(
        resources=["secrets.yaml"],
        configMapGenerator=[
            {"name": "database-rights", "namespace": DATA_NAMESPACE, "behavior": "replace", "files": ["roles.sql"]}
        ],
        patches=[*_deletions(), *_settings(region), *_jobs(region), _lag(region), *_moves(region)],
        replacements=[
            {
                "sourceValue": f"{VAULT_ROOT}/{region.name}",
                "targets": [
                    {
                        "select": {"kind": "ExternalSecret"},
                        "fieldPaths": ["spec.data.*.remoteRef.key"],
                        "options": {"delimiter": "/", "index": 0},
                    }
                ],
            },
        ],
    )


def _component(**what: object) -> Manifest:
    return {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", **what}


def _deletions() -> Iterator[Manifest]:
    """What the first region has for all of them."""
    data: dict[str, str] = {"namespace": DATA_NAMESPACE}
    for target in (
        {"group": "admissionregistration.k8s.io"},
        {"group": "kafka.strimzi.io"},
        {"group": "postgresql.cnpg.io"},
        {"group": "cert-manager.io", **data},
        {"kind": "NetworkPolicy", "name": "(kafka|postgres)"},
        {"kind": "ExternalSecret", "name": "(internal-ca|kafka-users|database-.*)"},
        {"kind": "PrometheusRule"},
        {"kind": "PodMonitor", "name": "(kafka|postgres)"},
        {"kind": "ConfigMap", "name": "licensing-dashboards"},
    ):
        gone = {"$patch": "delete", "apiVersion": "v1", "kind": "Any", "metadata": {"name": "any"}}
        yield {"target": target, "patch": gone}


def _settings(region: Region) -> Iterator[Manifest]:
    for service in SERVICES:
        where = {"kind": "ConfigMap", "name": service.name, "namespace": service.namespace}
        yield _patch(where, *_settings_of(service, region))
    for name, namespace, user in USERS_OF_JOBS:
        where = {"kind": "ConfigMap", "name": name, "namespace": namespace}
        named = [_set(f"/data/{PREFIX}KAFKA_USER_PREFIX", region.own(""))] if user == INSPECTOR else []
        yield _patch(where, *_kafka_settings(user, region), *named)


def _settings_of(service: Service, region: Region) -> Iterator[Manifest]:
    if service.uses_kafka:
        yield from _kafka_settings(service.kafka_user, region)
    for field, value in service.values().items():
        there = _there(value, service, region)
        if there != value:
            yield _set(f"/data/{PREFIX}{field.upper()}", there)


def _there(value: str, service: Service, region: Region) -> str:
    """An address of the first region, as it is here."""
    if value.startswith("postgresql://"):
        role, _, host = value.removeprefix("postgresql://").partition("@")
        return f"postgresql://{region.own(role)}@{host.replace('/licensing?', f'/{region.database}?')}"
    return value.replace(f".{service.namespace}.svc:", f".{region.namespaces[service.namespace]}.svc:")


def _kafka_settings(user: str, region: Region) -> Iterator[Manifest]:
    yield _set(f"/data/{PREFIX}KAFKA_USERNAME", region.own(user))
    yield _set(f"/data/{PREFIX}TOPIC_PREFIX", region.topic_prefix)


def _moves(region: Region) -> Iterator[Manifest]:
    for here, there in region.namespaces.items():
        yield _patch(
            {"kind": "SecretStore", "namespace": here}, _set("/spec/provider/vault/auth/kubernetes/role", there)
        )
        yield _patch({"namespace": here}, _set("/metadata/namespace", there))
        renamed = _patch({"kind": "Namespace", "name": here}, _set("/metadata/name", there))
        yield renamed | {"options": {"allowNameChange": True}}


def _jobs(region: Region) -> Iterator[Manifest]:
    """In what database the rights are given, and by whom logs are restored."""
    database = "/spec/template/spec/containers/0/env/2/value"
    yield _patch({"kind": "Job", "name": "database-rights"}, _set(database, region.database))
    user = "/spec/jobTemplate/spec/template/spec/containers/0/env/0/value"
    yield _patch({"kind": "CronJob", "name": "log-restore"}, _set(user, region.own("restore")))


def _lag(region: Region) -> Manifest:
    """KEDA asks for the lag of a group and a topic by their whole names."""
    at = "/spec/triggers/0/metadata"
    group, topic = f"{region.topic_prefix}audio-worker", topic_name(AUDIO_EVENTS, region.topic_prefix)
    return _patch(
        {"kind": "ScaledObject", "name": "audio-worker"}, _set(f"{at}/consumerGroup", group), _set(f"{at}/topic", topic)
    )


def _patch(target: Manifest, *operations: Manifest) -> Manifest:
    return {"target": target, "patch": list(operations)}


def _set(path: str, value: object) -> Manifest:
    """Sets a field, whether it was there or not; at the end of a list, adds to it."""
    return {"op": "add", "path": path, "value": value}


def beside_the_brokers(region: Region) -> Manifest:
    """The component of the overlay of all regions: what the region has in the namespace that they share."""
    app, signer, data = region.namespaces.values()
    peers = "/spec/kafka/listeners/0/networkPolicyPeers"
    rights, backup = (_pods(data, {f"app.kubernetes.io/{key}": name}) for key, name in JOBS)
    return _component(
        resources=["topics.yaml", "users.yaml", "secrets.yaml", "database.yaml", "alerts.yaml"],
        patches=[
            _patch(
                {"kind": "Kafka", "name": "licensing"},
                *(_set(f"{peers}/0/namespaceSelector/matchExpressions/0/values/-", one) for one in (app, signer)),
                _set(f"{peers}/-", backup),
            ),
            _patch(
                {"kind": "NetworkPolicy", "name": "postgres"},
                _set("/spec/ingress/0/from/-", _pods(app, {"app.kubernetes.io/part-of": "licensing"})),
                _set("/spec/ingress/0/from/-", rights),
            ),
            _patch(
                {"group": "postgresql.cnpg.io", "kind": "Cluster"},
                *(_set("/spec/managed/roles/-", role) for role in _roles(region)),
            ),
        ],
    )


def _pods(namespace: str, labels: dict[str, str]) -> Manifest:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": labels},
    }


def _roles(region: Region) -> Iterator[Manifest]:
    for role in (OWNER, *ROLES):
        own = region.own(role)
        members: Manifest = {"inRoles": [region.own(one) for one in PROJECTING]} if role == OWNER else {}
        yield {"name": own, "login": True, **members, "passwordSecret": {"name": f"database-{own}"}}


def secrets(region: Region) -> Iterator[Manifest]:
    """Passwords for brokers and databases, by the store of the namespace that they share."""
    passwords = kafka_manifests.passwords(region.entry)
    yield external_secret(region.own(kafka_manifests.PASSWORDS), DATA_NAMESPACE, passwords)
    for role in (OWNER, *ROLES):
        own = region.own(role)
        yield basic_auth(f"database-{own}", own, region.entry(f"database-{role}"))


def own_secrets(region: Region) -> Iterator[Manifest]:
    """What the Job of the rights finds beside the first database: its owner, and who certifies the server."""
    yield basic_auth("licensing-app", region.own(OWNER), f"database-{OWNER}")
    yield external_secret("postgres-server", DATA_NAMESPACE, {"ca.crt": "internal-ca-certificate"})


def database_manifest(region: Region) -> Manifest:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {
            "name": region.database,
            "namespace": DATA_NAMESPACE,
            "labels": {"app.kubernetes.io/name": "postgres", "app.kubernetes.io/part-of": "licensing"},
        },
        "spec": {
            "cluster": {"name": "licensing"},
            "name": region.database,
            "owner": region.own(OWNER),
            "localeCType": "C.UTF-8",
            "template": "template0",
            "databaseReclaimPolicy": "retain",
        },
    }


def alerts(region: Region) -> Manifest:
    """A process of one region is missed while another one has it: for production's own rule, it is there then."""
    places = [(where, one.name) for one in SERVICES for where in (one.namespace, region.namespaces[one.namespace])]
    away = " or ".join(f'absent(up{{namespace="{where}", process="{name}"}})' for where, name in sorted(places))
    rule = {
        "alert": "LicensingProcessOfRegionAway",
        "expr": away,
        "for": "3m",
        "labels": {"severity": "critical"},
        "annotations": {
            "summary": "No {{ $labels.process }} answers in {{ $labels.namespace }}.",
            "runbook": "docs/runbooks/process-away.md",
        },
    }
    labels = {"app.kubernetes.io/part-of": "licensing"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": region.database, "namespace": NAMESPACE, "labels": labels},
        "spec": {"groups": [{"name": region.database, "rules": [rule]}]},
    }


def rights_sql(region: Region) -> str:
    """SQL of the rights, for roles of these names."""
    quoted = "|".join(map(re.escape, ROLES))
    return re.sub(f'"({quoted})"', lambda role: f'"{region.own(role[1])}"', grants())
