"""Controllers, scheduler and three nodes, each in a zone of its own, on an API server, for as long as it is entered.

The nodes and what operators of others would make are simulated by kwok, which `stages.yaml` tells what becomes of what;
everything else is Kubernetes itself.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from dev.kubernetes.cluster import binaries, operators
from dev.kubernetes.cluster.kubectl import Kubectl
from dev.kubernetes.cluster.nodes import NodeSize, node
from dev.kubernetes.cluster.server import ApiServer
from dev.stack.process import Process, Program

STAGES = Path(__file__).resolve().parent / "stages.yaml"
NODES = ("node-a", "node-b", "node-c")
READY_SECONDS = "60s"
SOON = ("--horizontal-pod-autoscaler-sync-period=2s", "--pvclaimbinder-sync-period=1s")
"""What controllers look at every 15 s otherwise."""
LEASE = "--node-lease-duration-seconds=40"
"""A node that renews no lease is taken for lost after that time, with all of its Pods; 40 s is the kubelet's own."""


@contextmanager
def simulated(api: ApiServer, size: NodeSize) -> Generator[Kubectl]:
    """Start what makes a cluster of an API server, and end it before that server."""
    parts = {Process(name, api.state, stop_seconds=10.0): argv for name, argv in _programs(api)}
    try:
        for process, argv in parts.items():
            process.spawn(Program(argv, {}))
        api.kubectl.must("create", "-f", "-", said=yaml.safe_dump_all(node(name, size) for name in NODES))
        api.kubectl.must("wait", "--for=condition=Ready", f"--timeout={READY_SECONDS}", "node", *NODES)
        yield api.kubectl
    finally:
        for process in reversed(parts):
            process.stop()


def _programs(api: ApiServer) -> Iterator[tuple[str, tuple[str, ...]]]:
    built, kubeconfig = binaries.folder(), f"--kubeconfig={api.kubectl.kubeconfig}"
    alone = ("--leader-elect=false", "--secure-port=0", kubeconfig)
    signs = f"--service-account-private-key-file={api.account_key}"
    yield "kube-controller-manager", (str(built / "kube-controller-manager"), *alone, signs, *SOON)
    yield "kube-scheduler", (str(built / "kube-scheduler"), *alone)
    operating = api.state / "operators.yaml"
    operating.write_text(yaml.safe_dump_all(operators.stages()), encoding="utf-8")
    stages = (f"--config={STAGES}", f"--config={operating}")
    yield "kwok", (str(built / "kwok"), kubeconfig, "--manage-all-nodes", LEASE, *stages)
