"""Topics and users for Strimzi, from the declarations of topics and rights."""

from contracts.access import Grant, grants, replaying, roles
from contracts.topics import BACKED_UP, PREFIX, TOPICS, Topic, topic_name
from dev.kubernetes.manifests import Manifest
from dev.kubernetes.services import DATA_NAMESPACE

CLUSTER = "licensing"
REPLICAS, IN_SYNC = 3, 2
"""A record is on two brokers when it is acknowledged, so one may be lost and one more be away."""
PASSWORDS = "kafka-users"


def _head(kind: str, name: str) -> Manifest:
    labels = {"strimzi.io/cluster": CLUSTER, "app.kubernetes.io/part-of": "licensing"}
    named = {"name": name, "namespace": DATA_NAMESPACE, "labels": labels}
    return {"apiVersion": "kafka.strimzi.io/v1", "kind": kind, "metadata": named}


def topic(declared: Topic) -> Manifest:
    """With the partitions of one ledger; an overlay for more of them widens those that say `per-ledger`."""
    name = topic_name(declared)
    config = {key: _number(value) for key, value in declared.config().items()}
    made = _head("KafkaTopic", name)
    if declared.per_ledger:
        made["metadata"]["labels"]["licensing.innovaphone.com/partitions"] = "per-ledger"
    spec = {
        "partitions": declared.partitions,
        "replicas": REPLICAS,
        "config": config | {"min.insync.replicas": IN_SYNC},
    }
    return made | {"spec": spec}


def topics() -> list[Manifest]:
    return [topic(declared) for declared in TOPICS]


def user(role: str, rights: list[Grant]) -> Manifest:
    password = {"valueFrom": {"secretKeyRef": {"name": PASSWORDS, "key": role}}}
    spec = {
        "authentication": {"type": "scram-sha-512", "password": password},
        "authorization": {"type": "simple", "acls": [_acl(right) for right in rights]},
    }
    return _head("KafkaUser", role) | {"spec": spec}


def users() -> list[Manifest]:
    rights = grants()
    return [user(role, [right for right in rights if right.role == role]) for role in roles()]


def restoring_user() -> Manifest:
    """Who may write logs for as long as a restore takes; Strimzi makes up its password."""
    rights = [
        Grant("restore", operation, "topic", topic_name(declared))
        for declared in BACKED_UP
        for operation in ("read", "write")
    ]
    made = user("restore", rights)
    made["spec"]["authentication"] = {"type": "scram-sha-512"}
    return made


def replaying_user() -> Manifest:
    """Who may send dead letters again, for as long as that takes; Strimzi makes up its password."""
    made = user("replay", list(replaying()))
    made["spec"]["authentication"] = {"type": "scram-sha-512"}
    return made


def inspecting_user() -> Manifest:
    """Who may see what there is, for `licensingctl topics diff`; Strimzi makes up its password."""
    made = user("inspect", [])
    made["spec"]["authentication"] = {"type": "scram-sha-512"}
    topics = {"type": "topic", "name": PREFIX, "patternType": "prefix"}
    made["spec"]["authorization"]["acls"] = [
        {"resource": {"type": "cluster"}, "operations": ["Describe"]},
        {"resource": topics, "operations": ["Describe", "DescribeConfigs"]},
    ]
    return made


def _acl(right: Grant) -> Manifest:
    resource = {"type": right.resource, "name": right.name, "patternType": "literal"}
    return {"resource": resource, "operations": [right.operation.capitalize()]}


def _number(value: str) -> int | str:
    return int(value) if value.lstrip("-").isdigit() else value
