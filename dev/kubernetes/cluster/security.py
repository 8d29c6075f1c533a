"""Whether PodSecurity `restricted` refuses Pods that are really created."""

import copy
from collections.abc import Iterator

import yaml

from dev.kubernetes.cluster.admission import PLANTED
from dev.kubernetes.cluster.kubectl import Kubectl
from dev.kubernetes.manifests import Manifest

BAD = ("a privileged container", "a container of root's", "a volume of the node")


def wrong(kubectl: Kubectl, deployment: Manifest) -> Iterator[str]:
    """A Pod of the Deployment's template is let in, and each planted one is refused by PodSecurity."""
    good = kubectl.run("create", "-f", "-", said=_pod("good", deployment))
    if not good.well:
        yield f"a Pod as the manifests have it is refused: {good.text}"
    for number, name in enumerate(BAD):
        planted = copy.deepcopy(deployment)
        PLANTED[name](planted)
        said = kubectl.run("create", "-f", "-", said=_pod(f"bad-{number}", planted))
        if said.well or "violates PodSecurity" not in said.text:
            yield f"a Pod with {name} is not refused by PodSecurity: {said.text}"
    kubectl.must("delete", "pod", "-n", deployment["metadata"]["namespace"], "-l", "planted=true")


def _pod(name: str, deployment: Manifest) -> str:
    """A Pod of the template under labels of its own, which no ReplicaSet adopts."""
    metadata = {"name": name, "namespace": deployment["metadata"]["namespace"], "labels": {"planted": "true"}}
    spec = deployment["spec"]["template"]["spec"]
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
