"""Topics and users for Strimzi, from the declarations of topics and rights."""

from collections.abc import Callable

from contracts.access import INSPECTOR, Grant, grants, replaying, roles
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


def topic(declared: Topic, prefix: str) -> Manifest:
    """With the partitions of one ledger; an overlay for more of them widens those that say `per-ledger`."""
    name = topic_name(declared, prefix)
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


def topics(prefix: str = PREFIX) -> list[Manifest]:
    return [topic(declared, prefix) for declared in TOPICS]


def user(name: str, rights: list[Grant]) -> Manifest:
    """A user whose password Strimzi makes up."""
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": [_acl(right) for right in rights]},
    }
    return _head("KafkaUser", name) | {"spec": spec}


def users(prefix: str = PREFIX, own: Callable[[str], str] = str) -> list[Manifest]:
    """All with a password of the store: `own` names them, and the Secret of their passwords."""
    made = {role: user(own(role), [right for right in grants(prefix) if right.role == role]) for role in roles()}
    made[INSPECTOR] = _inspector(prefix, own)
    for name, one in made.items():
        password = {"valueFrom": {"secretKeyRef": {"name": own(PASSWORDS), "key": name}}}
        one["spec"]["authentication"]["password"] = password
    return list(made.values())


def passwords(entry: Callable[[str], str] = str) -> dict[str, str]:
    """The keys of that Secret, and the entry of the store that each is from."""
    return {name: entry(f"kafka-{name}") for name in (*roles(), INSPECTOR)}


def restoring_user(prefix: str = PREFIX, own: Callable[[str], str] = str) -> Manifest:
    """Who may write logs for as long as a restore takes."""
    rights = [
        Grant("restore", operation, "topic", topic_name(declared, prefix))
        for declared in BACKED_UP
        for operation in ("read", "write")
    ]
    return user(own("restore"), rights)


def replaying_user(prefix: str = PREFIX, own: Callable[[str], str] = str) -> Manifest:
    """Who may send dead letters again, for as long as that takes."""
    return user(own("replay"), list(replaying(prefix)))


def _inspector(prefix: str, own: Callable[[str], str]) -> Manifest:
    """For `licensingctl topics diff`."""
    made = user(own(INSPECTOR), [])
    topics = {"type": "topic", "name": prefix, "patternType": "prefix"}
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
