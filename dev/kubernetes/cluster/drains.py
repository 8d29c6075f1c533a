"""Whether budgets let a drain of each node come to its end and keep a copy meanwhile, and hold what has to be held."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """Takes two copies of each process at once: the first one goes, the second one is held by the budget."""
    for deployment in deployments:
        name = deployment["metadata"]["name"]
        evicted = [_evict(kubectl, pod) for pod in copies_of(deployment, pods)[:2]]
        if not evicted[0].well:
            yield f"{name}: its budget does not let a copy go: {evicted[0].text.strip()}"
        if len(evicted) > 1 and evicted[1].well:
            yield f"{name}: its budget lets both copies go at once"
        elif len(evicted) > 1 and "disruption budget" not in evicted[1].text:
            yield f"{name}: its second copy is held by something else: {evicted[1].text.strip()}"


def _evict(kubectl: Kubectl, pod: Found) -> Said:
    name, space = pod["metadata"]["name"], pod["metadata"]["namespace"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": space}}
    where = f"/api/v1/namespaces/{space}/pods/{name}/eviction"
    return kubectl.run("create", "--raw", where, "-f", "-", said=json.dumps(eviction))
