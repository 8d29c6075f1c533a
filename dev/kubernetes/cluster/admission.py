"""Whether the API server admits every manifest, and refuses bad ones.

Namespaces are made, everything else is a dry run on the server: its schemas, its defaults, its validation and
PodSecurity `restricted`, all of it strict.
"""

import copy
from collections.abc import Callable, Iterable, Iterator

import yaml

from dev.kubernetes import overlays
from dev.kubernetes.cluster.kubectl import Kubectl
from dev.kubernetes.definitions import kinds
from dev.kubernetes.manifests import Manifest
from dev.kubernetes.schemas import kind_of

Plant = Callable[[Manifest], None]


def _pod(deployment: Manifest) -> Manifest:
    pod: Manifest = deployment["spec"]["template"]["spec"]
    return pod


def _privileged(deployment: Manifest) -> None:
    _pod(deployment)["containers"][0]["securityContext"] = {"privileged": True}


def _as_root(deployment: Manifest) -> None:
    _pod(deployment)["securityContext"] |= {"runAsNonRoot": False, "runAsUser": 0}


def _host_path(deployment: Manifest) -> None:
    _pod(deployment)["volumes"].append({"name": "host", "hostPath": {"path": "/"}})


def _unknown_field(deployment: Manifest) -> None:
    _pod(deployment)["containers"][0]["readinesProbe"] = {}


def _unknown_volume(deployment: Manifest) -> None:
    _pod(deployment)["containers"][0]["volumeMounts"].append({"name": "nowhere", "mountPath": "/nowhere"})


def _other_selector(deployment: Manifest) -> None:
    deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] = "another"


PLANTED: dict[str, Plant] = {
    "a privileged container": _privileged,
    "a container of root's": _as_root,
    "a volume of the node": _host_path,
    "a misspelt field": _unknown_field,
    "a mount of no volume": _unknown_volume,
    "a selector that does not find its Pods": _other_selector,
}


def misspell(custom: Manifest) -> None:
    """What every definition that is strict refuses."""
    custom["spec"]["mispelt"] = "nobody reads this"


def wrong(kubectl: Kubectl, known: Iterable[Manifest]) -> Iterator[str]:
    """One sentence for each manifest that is refused, and each planted error that is not."""
    for overlay in overlays.names():
        manifests = overlays.rendered(overlay)
        spaces = [one for one in manifests if one["kind"] == "Namespace"]
        said = kubectl.apply(yaml.safe_dump_all(spaces))
        answer = kubectl.dry_run(yaml.safe_dump_all(one for one in manifests if one["kind"] != "Namespace"))
        yield from (f"{overlay}: {one.text}" for one in (said, answer) if not one.well)
    yield from _admitted_plants(kubectl, known)


def _admitted_plants(kubectl: Kubectl, known: Iterable[Manifest]) -> Iterator[str]:
    """The bad ones that are not refused."""
    manifests = overlays.rendered("two-regions")
    good = next(one for one in manifests if one["kind"] == "Deployment")
    plants = [(name, _planted(good, plant)) for name, plant in PLANTED.items()]
    plants += [(f"a misspelt field of {kind}", _planted(one, misspell)) for kind, one in _custom(manifests, known)]
    for name, manifest in plants:
        if kubectl.dry_run(yaml.safe_dump(manifest)).well:
            yield f"{name} was admitted"


def _custom(manifests: Iterable[Manifest], known: Iterable[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """One resource of each kind that is defined."""
    defined = {kind for one in known for kind in kinds(one)}
    yield from {kind: one for one in manifests if (kind := kind_of(one)) in defined}.items()


def _planted(manifest: Manifest, plant: Plant) -> Manifest:
    planted = copy.deepcopy(manifest)
    plant(planted)
    return planted
