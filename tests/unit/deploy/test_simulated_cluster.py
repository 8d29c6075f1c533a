"""How what happens on the simulated cluster is judged: where copies stand, the order of versions, what budgets hold."""

import json
from typing import Any

import pytest

from dev.kubernetes.cluster import drains, placement, references, rollouts
from dev.kubernetes.cluster.history import Sighting, fewest_ready, sightings, succeeds
from dev.kubernetes.cluster.kubectl import Said
from dev.kubernetes.cluster.nodes import NodeSize, documented_size, node

COPIES = {"signer": 1, "ledger-api": 2, "ledger-writer": 2, "rma-writer": 2}
READERS_FIRST = (
    "database-rights",
    "topic-check",
    "signer",
    "ledger-api",
    "ledger-api",
    *(2 * ("ledger-writer", "rma-writer")),
)
NODES = [{**node(name, NodeSize(8, 32)), "spec": {}} for name in ("a", "b", "c")]


def _pod(name: str, where: str | None, *, ready: str = "True") -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "licensing", "labels": {"app.kubernetes.io/name": "writer"}},
        "spec": {"containers": [{"name": "writer", "image": "v1"}]} | ({"nodeName": where} if where else {}),
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }


WRITER = {
    "metadata": {"name": "writer", "namespace": "licensing"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app.kubernetes.io/name": "writer"}},
        "template": {
            "spec": {"topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1}]}
        },
    },
}


def _placed(*pods: dict[str, Any], least: int = 1) -> list[str]:
    return list(placement.wrong([WRITER], pods, NODES, {"writer": least}))


def test_copies_in_zones_of_their_own_are_well() -> None:
    assert _placed(_pod("one", "a"), _pod("two", "c")) == []


def test_copies_in_one_zone_are_found() -> None:
    together = "writer: its copies stand together by topology.kubernetes.io/zone: 0 in zone-a, 2 in zone-b, 0 in zone-c"

    assert _placed(_pod("one", "b"), _pod("two", "b")) == [together]


@pytest.mark.parametrize(
    ("pods", "wrong"),
    [
        ([_pod("one", "a")], ["writer: 1 of 2 copies are there"]),
        ([_pod("one", "a"), _pod("two", None)], ["writer: no node takes two: it was not looked at"]),
        ([_pod("one", "a"), _pod("two", "b", ready="False")], ["writer: two is not ready"]),
    ],
)
def test_copies_that_are_missing_are_found(pods: list[dict[str, Any]], wrong: list[str]) -> None:
    assert _placed(*pods) == wrong


def test_fewer_copies_than_an_autoscaler_guarantees_are_found() -> None:
    assert _placed(_pod("one", "a"), _pod("two", "c"), least=3) == ["writer: it is scaled to 2, and the least is 3"]


def _ready(process: str, version: str, pod: str, *, is_ready: bool = True) -> Sighting:
    phase = "Succeeded" if process in rollouts.JOBS else "Running"
    return Sighting(pod=pod, process=process, images=(version,), phase=phase, is_ready=is_ready)


def _rolled(order: tuple[str, ...], version: str = "v2") -> list[Sighting]:
    """All copies of version 1 are there; then one of the new version after the other gets ready."""
    before = [_ready(name, "v1", f"{name}-v1-{copy}") for name, count in COPIES.items() for copy in range(count)]
    return before + [_ready(name, version, f"{name}-{version}-{place}") for place, name in enumerate(order)]


SINCE = sum(COPIES.values())


def test_an_upgrade_with_the_writers_last_is_well() -> None:
    assert list(rollouts.wrong_upgrade(_rolled(READERS_FIRST), SINCE, "v2", COPIES)) == []


def test_the_order_of_a_version_is_told() -> None:
    told = rollouts.order(_rolled(READERS_FIRST), SINCE, "v2", COPIES)

    assert told == ["database-rights", "topic-check", "signer", "ledger-api", "ledger-writer", "rma-writer"]


def test_a_writer_before_a_reader_or_a_job_is_found() -> None:
    early = ("ledger-writer", *READERS_FIRST)

    assert list(rollouts.wrong_upgrade(_rolled(early), SINCE, "v2", COPIES)) == [
        "ledger-writer began before signer was through",
        "ledger-writer began before ledger-api was through",
        "ledger-writer began before database-rights was through",
        "ledger-writer began before topic-check was through",
    ]


def test_a_copy_that_is_missing_while_a_version_rolls_is_found() -> None:
    gone = _ready("ledger-api", "v1", "ledger-api-v1-0", is_ready=False)
    seen = [*_rolled(())[:SINCE], gone, *_rolled(READERS_FIRST)[SINCE:]]

    assert list(rollouts.wrong_upgrade(seen, SINCE, "v2", COPIES)) == ["ledger-api had 1 of 2 copies for a while"]


def test_going_back_begins_with_the_writers() -> None:
    back = tuple(reversed(READERS_FIRST))

    assert list(rollouts.wrong_way_back(_rolled(back, "v0"), SINCE, "v0", COPIES)) == []
    assert list(rollouts.wrong_way_back(_rolled(READERS_FIRST, "v0"), SINCE, "v0", COPIES)) == [
        f"{reader} began before {writer} was through"
        for reader in ("signer", "ledger-api")
        for writer in ("ledger-writer", "rma-writer")
    ]


def test_a_writer_that_comes_although_something_failed_is_found() -> None:
    stopped = rollouts.wrong_stop(_rolled(("signer",)), SINCE, "v2", COPIES, "database-rights")
    went_on = rollouts.wrong_stop(_rolled(("ledger-writer",)), SINCE, "v2", COPIES, "database-rights")

    assert list(stopped) == []
    assert list(went_on) == ["ledger-writer began although database-rights failed"]


def test_a_drain_may_take_one_copy_and_not_both() -> None:
    away = [_ready("ledger-api", "v1", f"ledger-api-v1-{copy}", is_ready=False) for copy in (0, 1)]

    assert list(drains.wrong_drain([*_rolled(()), away[0]], SINCE, COPIES)) == []
    assert list(drains.wrong_drain([*_rolled(()), *away], SINCE, COPIES)) == [
        "ledger-api had 0 of 2 copies while a node was drained"
    ]


def _budget(allowed: int, *, pods: int = 2, healthy: int = 2) -> dict[str, Any]:
    status = {"expectedPods": pods, "currentHealthy": healthy, "disruptionsAllowed": allowed}
    return {"metadata": {"name": "writer"}, "status": status}


def test_a_budget_that_never_lets_a_pod_go_is_found() -> None:
    assert list(drains.wrong_budgets([_budget(1), _budget(0, healthy=1)])) == []
    assert list(drains.wrong_budgets([_budget(0), _budget(0, pods=0)])) == [
        "the budget writer lets none of 2 Pods go: a drain would never end",
        "the budget writer is of no Pod",
    ]


LET_GO, HELD = (
    Said(well=True, text=""),
    Said(well=False, text="Cannot evict: it would violate the pod's disruption budget."),
)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ([LET_GO], []),
        ([HELD, LET_GO], []),
        ([LET_GO, LET_GO], ["writer: its budget lets both copies go at once"]),
        ([HELD, HELD], [f"writer: no copy may go: {HELD.text}"]),
        ([LET_GO, Said(well=False, text="not found")], ["writer: a copy is held by something else: not found"]),
    ],
)
def test_of_two_evictions_at_once_one_is_held_by_the_budget(said: list[Said], wrong: list[str]) -> None:
    assert list(drains.judged("writer", said)) == wrong


def test_a_watch_is_read_up_to_its_last_whole_event() -> None:
    pod = _pod("one", "a")
    ending = pod | {"metadata": pod["metadata"] | {"deletionTimestamp": "now"}}
    events = [{"type": "ADDED", "object": pod}, {"type": "MODIFIED", "object": ending}]
    text = "\n".join(json.dumps(event, indent=1) for event in events) + '\n{"type": "DELETED", "obj'

    seen = sightings(text)

    assert [(one.pod, one.process, one.is_ready) for one in seen] == [
        ("licensing/one", "writer", True),
        ("licensing/one", "writer", False),
    ]
    assert [fewest_ready(seen[:count], "writer") for count in (1, 2)] == [1, 0]


def test_the_end_of_an_earlier_job_is_no_success_of_a_later_one() -> None:
    pod = _pod("rights", "a") | {"status": {"phase": "Succeeded"}}

    assert succeeds(sightings(json.dumps({"type": "DELETED", "object": pod})), "writer") is None
    assert succeeds(sightings(json.dumps({"type": "MODIFIED", "object": pod})), "writer") == 0


def test_a_pod_has_to_find_each_secret_and_each_key_that_it_names() -> None:
    volumes = [{"secret": {"secretName": "keys", "items": [{"key": "log.key.pem"}]}}, {"configMap": {"name": "away"}}]
    environment = [{"valueFrom": {"configMapKeyRef": {"name": "site", "key": "vendor"}}}]
    pod = _pod("one", "a")
    pod["spec"] |= {"volumes": volumes, "containers": [{"env": environment}]}
    there = [
        {"kind": kind, "metadata": {"name": name, "namespace": "licensing"}, "data": data}
        for kind, name, data in (("Secret", "keys", {"log-name": ""}), ("ConfigMap", "site", {"vendor": ""}))
    ]

    assert list(references.wrong([pod], there)) == [
        "one needs log.key.pem of the Secret keys",
        "one needs the ConfigMap away, which is not there",
    ]


def test_the_page_says_how_large_the_nodes_are() -> None:
    assert documented_size("It has three nodes,\neach with 8 CPUs and 32 GiB.") == NodeSize(8, 32)
    with pytest.raises(ValueError, match="does not say"):
        documented_size("It has three large nodes.")


def test_a_node_keeps_some_room_for_itself() -> None:
    room = node("a", NodeSize(8, 32))["status"]["allocatable"]

    assert room == {"cpu": "7500m", "memory": "30720Mi", "pods": "110"}
