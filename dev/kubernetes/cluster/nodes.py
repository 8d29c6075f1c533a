"""The nodes that docs/operations.md asks for."""

import re
from dataclasses import dataclass

from dev.kubernetes.manifests import Manifest

SYSTEM_CPU_MILLIS, SYSTEM_MEMORY_MIB = 500, 2048
"""What the node keeps for itself: kubelet, container runtime, agents."""
MOST_PODS = 110
"""The kubelet's default."""
_SIZE = re.compile(r"three nodes.{0,80}?\b(\d+) CPUs and (\d+) GiB", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NodeSize:
    """What one machine has."""

    cpus: int
    memory_gib: int


def documented_size(page: str) -> NodeSize:
    """The smallest nodes that the page on operations asks for."""
    said = _SIZE.search(page)
    if said is None:
        raise ValueError("docs/operations.md does not say how many CPUs and GiB each of the three nodes has")
    return NodeSize(int(said[1]), int(said[2]))


def node(name: str, size: NodeSize) -> Manifest:
    """A node in a zone of its own, with room for Pods."""
    room = {
        "cpu": f"{size.cpus * 1000 - SYSTEM_CPU_MILLIS}m",
        "memory": f"{size.memory_gib * 1024 - SYSTEM_MEMORY_MIB}Mi",
        "pods": str(MOST_PODS),
    }
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": f"zone-{name}",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": room, "capacity": room},
    }
