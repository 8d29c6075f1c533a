"""Whether budgets let a drain of each node come to its end and keep a copy meanwhile, and hold what has to be held."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dev.kubernetes.cluster.history import Sighting, fewest_ready
from dev.kubernetes.cluster.kubectl import Kubectl, Said
from dev.kubernetes.cluster.placement import copies_of
from dev.kubernetes.cluster.rollouts import Copies

Found = Mapping[str, Any]
DRAIN = "Take a node away"
"""The heading of the page on operations."""
PLANTED = ("licensing", "ledger-writer")
"""Namespace and name of the budget in whose place a bad one is planted."""
BY_BUDGET = "violate the pod's disruption budget"


def wrong_drain(seen: Sequence[Sighting], since: int, copies: Copies) -> Iterator[str]:
    """One sentence for each process of several copies that was without more than one of them."""
    for name, count in copies.items():
        fewest = fewest_ready(seen, name, since)
        if count > 1 and fewest < count - 1:
            yield f"{name} had {fewest} of {count} copies while a node was drained"


def wrong_budgets(budgets: Iterable[Found]) -> Iterator[str]:
    """One sentence for each budget that lets no Pod go although all are well: a drain would never end."""
    for budget in budgets:
        status, name = budget["status"], budget["metadata"]["name"]
        if not status["expectedPods"]:
            yield f"the budget {name} is of no Pod"
        elif status["currentHealthy"] >= status["expectedPods"] and not status["disruptionsAllowed"]:
            yield f"the budget {name} lets none of {status['expectedPods']} Pods go: a drain would never end"


def wrong_evictions(kubectl: Kubectl, deployments: Iterable[Found], pods: Sequence[Found]) -> Iterator[str]:
    """Takes two copies of each process at the same moment: the budget lets one of them go and holds the other one."""
    for deployment in deployments:
        copies = copies_of(deployment, pods)[:2]
        with ThreadPoolExecutor(len(copies)) as hands:
            said = list(hands.map(lambda pod: _evict(kubectl, pod), copies))
        yield from judged(deployment["metadata"]["name"], said)


def judged(name: str, said: Sequence[Said]) -> Iterator[str]:
    """One sentence unless one eviction was accepted and every other one was refused by the budget."""
    held = [one.text.strip() for one in said if not one.well]
    if len(held) == len(said):
        yield f"{name}: no copy may go: {held[0]}"
    elif len(said) - len(held) > 1:
        yield f"{name}: its budget lets both copies go at once"
    yield from (f"{name}: a copy is held by something else: {one}" for one in held if BY_BUDGET not in one)


def _evict(kubectl: Kubectl, pod: Found) -> Said:
    name, space = pod["metadata"]["name"], pod["metadata"]["namespace"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": space}}
    where = f"/api/v1/namespaces/{space}/pods/{name}/eviction"
    return kubectl.run("create", "--raw", where, "-f", "-", said=json.dumps(eviction))
