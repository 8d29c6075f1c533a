"""Whether everything has its copies, and each copy of a process a node and a zone of its own as far as they go."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def wrong(
    deployments: Iterable[Found], pods: Sequence[Found], nodes: Sequence[Found], least: Mapping[str, int]
) -> Iterator[str]:
    """One sentence for each Deployment that lacks copies or whose copies stand together.

    `least` is what an autoscaler guarantees, by the name of its Deployment.
    """
    for deployment in deployments:
        copies = copies_of(deployment, pods)
        name, wanted = deployment["metadata"]["name"], deployment["spec"]["replicas"]
        if wanted < least.get(name, 1):
            yield f"{name}: it is scaled to {wanted}, and the least is {least.get(name, 1)}"
        yield from _missing(deployment, copies)
        yield from _together(deployment, copies, nodes)


def wrong_sets(sets: Iterable[Found], pods: Sequence[Found]) -> Iterator[str]:
    """One sentence for each copy of a StatefulSet that is missing. Where they stand is up to who makes them."""
    for one in sets:
        yield from _missing(one, copies_of(one, pods))


def _missing(deployment: Found, copies: Sequence[Found]) -> Iterator[str]:
    name, wanted = deployment["metadata"]["name"], deployment["spec"]["replicas"]
    if len(copies) < wanted:
        yield f"{name}: {len(copies)} of {wanted} copies are there"
    for pod in copies:
        if not pod["spec"].get("nodeName"):
            yield f"{name}: no node takes {pod['metadata']['name']}: {_reason(pod)}"
        elif not is_ready(pod):
            yield f"{name}: {pod['metadata']['name']} is not ready"


def _together(deployment: Found, copies: Sequence[Found], nodes: Sequence[Found]) -> Iterator[str]:
    """By each constraint of the template: no node or zone has more copies than another one by more than `maxSkew`."""
    where = {node["metadata"]["name"]: node["metadata"]["labels"] for node in nodes}
    usable = [node["metadata"]["name"] for node in nodes if not node["spec"].get("unschedulable")]
    for constraint in deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", ()):
        key, most = constraint["topologyKey"], constraint["maxSkew"]
        placed = Counter({where[node][key]: 0 for node in usable})
        placed.update(where[pod["spec"]["nodeName"]][key] for pod in copies if pod["spec"].get("nodeName"))
        if max(placed.values()) - min(placed.values()) > most:
            there = ", ".join(f"{count} in {place}" for place, count in sorted(placed.items()))
            yield f"{deployment['metadata']['name']}: its copies stand together by {key}: {there}"


def copies_of(deployment: Found, pods: Sequence[Found]) -> list[Found]:
    """The Pods of it that are not about to end."""
    wanted = deployment["spec"]["selector"]["matchLabels"].items()
    here = deployment["metadata"]["namespace"]
    return [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == here
        and wanted <= pod["metadata"].get("labels", {}).items()
        and "deletionTimestamp" not in pod["metadata"]
    ]


def is_ready(pod: Found) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ()))


def _reason(pod: Found) -> str:
    said = (one.get("message", "") for one in pod["status"].get("conditions", ()) if one["type"] == "PodScheduled")
    return next(said, "it was not looked at")
