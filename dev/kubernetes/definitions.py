"""The definitions of the custom resources that the manifests use.

Those that Go modules carry come from there, at the versions that modules/go.mod pins; the others from the folder that
CRD_SCHEMAS names, one file a kind and version, or from `../shared/crds` where that is there. A kind that nobody defines
is taken as it is, and a run says so.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from dev.kubernetes import go
from dev.kubernetes.manifests import Manifest
from dev.stack.error import StackError
from dev.stack.places import ROOT, user_cache

USED = frozenset(
    {
        "cert-manager.io/v1/Certificate",
        "cert-manager.io/v1/Issuer",
        "external-secrets.io/v1/ExternalSecret",
        "external-secrets.io/v1/SecretStore",
        "gateway.networking.k8s.io/v1/Gateway",
        "gateway.networking.k8s.io/v1/HTTPRoute",
        "gateway.networking.k8s.io/v1/TLSRoute",
        "kafka.strimzi.io/v1/Kafka",
        "kafka.strimzi.io/v1/KafkaNodePool",
        "kafka.strimzi.io/v1/KafkaTopic",
        "kafka.strimzi.io/v1/KafkaUser",
        "keda.sh/v1alpha1/ScaledObject",
        "keda.sh/v1alpha1/TriggerAuthentication",
        "monitoring.coreos.com/v1/PodMonitor",
        "monitoring.coreos.com/v1/PrometheusRule",
        "postgresql.cnpg.io/v1/Cluster",
        "postgresql.cnpg.io/v1/Database",
        "postgresql.cnpg.io/v1/ScheduledBackup",
    }
)
"""The kinds of other people's operators that the manifests use."""
MODULES = {
    "github.com/cert-manager/cert-manager": "deploy/crds",
    "github.com/external-secrets/external-secrets": "config/crds/bases",
    "github.com/kedacore/keda/v2": "config/crd/bases",
    "github.com/prometheus-operator/prometheus-operator": "example/prometheus-operator-crd",
    "sigs.k8s.io/gateway-api": "config/crd/standard",
}
"""Where each module has its definitions."""
PINS = Path(__file__).resolve().parent / "modules"
SHARED = ROOT.parent / "shared" / "crds"
PERMISSIVE: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
FETCH_SECONDS = 600.0


class _Loader(yaml.CSafeLoader):
    """Takes a lone `=`, which an enumeration has, for the text that it is."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def known() -> list[Manifest]:
    """Those that are there without a network: of the modules, once they were fetched, and of the folder."""
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(_cache().glob("*.json"))]
    folder = folder_of_others()
    by_name = {one["metadata"]["name"]: one for one in [*(of_folder(folder) if folder else ()), *kept]}
    return [one for one in by_name.values() if USED & set(kinds(one))]


def kinds(definition: Manifest) -> Iterator[str]:
    """Group, version and kind of each version that it defines."""
    spec = definition["spec"]
    for version in spec["versions"]:
        yield f"{spec['group']}/{version['name']}/{spec['names']['kind']}"


def lacking(definitions: Iterable[Manifest]) -> list[str]:
    """The kinds that the manifests use and none of these defines."""
    return sorted(USED - {kind for one in definitions for kind in kinds(one)})


def said_of(lack: Iterable[str]) -> str:
    """The line of a run that takes some kinds as they are; nothing to say if there are none."""
    named = ", ".join(kind.rpartition("/")[2] for kind in lack)
    return named and f"Nobody defines {named}: taken as they are. CRD_SCHEMAS names a folder with definitions of them."


def folder_of_others() -> Path | None:
    """Where the definitions are that no module has, if they are anywhere."""
    named = os.environ.get("CRD_SCHEMAS")
    if named:
        return Path(named)
    return SHARED if SHARED.is_dir() else None


def fetch() -> None:
    """Fetch the modules and keep the definitions that are used, for every checkout of a user. Raises StackError."""
    made = _cache()
    if made.exists():
        return
    made.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=made.parent))
    try:
        for module, folder in _downloaded():
            used = [one for one in _read(folder / MODULES[module]) if USED & set(kinds(one))]
            if not used:
                raise StackError(f"{module} defines nothing that the manifests use.")
            for one in used:
                (draft / f"{one['metadata']['name']}.json").write_text(json.dumps(one), encoding="utf-8")
        draft.rename(made)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _cache() -> Path:
    pinned = b"".join((PINS / name).read_bytes() for name in ("go.mod", "go.sum"))
    wanted = json.dumps([sorted(USED), MODULES]).encode()
    return user_cache() / f"definitions-{hashlib.sha256(pinned + wanted).hexdigest()[:16]}"


def _downloaded() -> Iterator[tuple[str, Path]]:
    """Each module and its folder in Go's cache."""
    print("Fetching the definitions of custom resources (once)", flush=True)
    argv = (go.program(), "mod", "download", "-json")
    done = subprocess.run(
        argv, cwd=PINS, env=go.environment(), stdout=subprocess.PIPE, text=True, check=False, timeout=FETCH_SECONDS
    )
    if done.returncode != 0:
        raise StackError(f"The Go modules with definitions of custom resources could not be fetched: {done.stdout}")
    decoder, place = json.JSONDecoder(), done.stdout.find("{")
    while place >= 0:
        module, place = decoder.raw_decode(done.stdout, place)
        yield module["Path"], Path(module["Dir"])
        place = done.stdout.find("{", place)


def of_folder(folder: Path) -> list[Manifest]:
    """Those that the folder has, as they are (YAML) or made from bare schemas (JSON)."""
    whole = _read(folder)
    named = {definition["metadata"]["name"] for definition in whole}
    versions: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(dict)
    for file in sorted(folder.glob("*.json")):
        bare = json.loads(file.read_text(encoding="utf-8"))
        versions[bare["group"], bare["kind"], bare.get("scope", "Namespaced")][bare["version"]] = bare["schema"]
    made = [_definition(*kind, schemas) for kind, schemas in versions.items()]
    return [*whole, *(definition for definition in made if definition["metadata"]["name"] not in named)]


def _read(folder: Path) -> list[Manifest]:
    texts = (file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yaml")))
    found = (one for text in texts for one in yaml.load_all(text, Loader=_Loader))
    return [one for one in found if one and one["kind"] == "CustomResourceDefinition"]


def permissive(named: Iterable[str]) -> list[Manifest]:
    """A stand-in for each kind, which takes anything."""
    split = (kind.split("/") for kind in sorted(named))
    return [_definition(group, kind, "Namespaced", {version: PERMISSIVE}) for group, version, kind in split]


def _definition(group: str, kind: str, scope: str, schemas: Mapping[str, Any]) -> Manifest:
    plural = plural_of(kind)
    metadata: Manifest = {"name": f"{plural}.{group}"}
    if group.endswith(".k8s.io"):
        metadata["annotations"] = {"api-approved.kubernetes.io": "unapproved, for a check"}
    stored = "v1" if "v1" in schemas else min(schemas)
    versions = [
        {"name": version, "served": True, "storage": version == stored, "schema": {"openAPIV3Schema": schema}}
        | {"subresources": {"status": {}}}
        for version, schema in schemas.items()
    ]
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    spec = {"group": group, "scope": scope, "names": names, "versions": versions}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": spec,
    }


def plural_of(kind: str) -> str:
    """As the authors of these kinds form it."""
    word = kind.lower()
    if word.endswith("s"):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"
