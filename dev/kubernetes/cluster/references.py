"""What a kubelet looks for before it starts a container: the Secrets and ConfigMaps that a Pod names, with keys."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Found = Mapping[str, Any]
Reference = tuple[str, str, frozenset[str]]
"""Kind, name and keys."""


def wrong(pods: Iterable[Found], there: Iterable[Found]) -> Iterator[str]:
    """One sentence for each thing that a Pod needs and that is not there."""
    keys = {(one["kind"], one["metadata"]["namespace"], one["metadata"]["name"]): set(one["data"]) for one in there}
    for pod in pods:
        space, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        for kind, needed, wanted in _references(pod["spec"]):
            found = keys.get((kind, space, needed))
            if found is None:
                yield f"{name} needs the {kind} {needed}, which is not there"
            elif not wanted <= found:
                yield f"{name} needs {', '.join(sorted(wanted - found))} of the {kind} {needed}"


def _references(spec: Found) -> Iterator[Reference]:
    for volume in spec.get("volumes", ()):
        if secret := volume.get("secret"):
            yield "Secret", secret["secretName"], _keys(secret)
        if config := volume.get("configMap"):
            yield "ConfigMap", config["name"], _keys(config)
    for container in spec["containers"]:
        yield from _of_environment(container)


def _of_environment(container: Found) -> Iterator[Reference]:
    for source in container.get("envFrom", ()):
        yield "ConfigMap", source["configMapRef"]["name"], frozenset()
    for variable in container.get("env", ()):
        value = variable.get("valueFrom", {})
        for kind, reference in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
            if reference in value:
                yield kind, value[reference]["name"], frozenset({value[reference]["key"]})


def _keys(volume: Found) -> frozenset[str]:
    return frozenset(item["key"] for item in volume.get("items", ()))
