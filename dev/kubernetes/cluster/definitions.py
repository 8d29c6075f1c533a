"""The definitions of custom resources that the manifests use: with their schemas, or permissive ones in their place."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from dev.kubernetes.manifests import Manifest
from dev.kubernetes.schemas import CUSTOM

PERMISSIVE: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def of_folder(folder: Path) -> list[Manifest]:
    """Those that the folder has, as they are (YAML) or made from bare schemas (JSON)."""
    whole = [yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for file in folder.glob("*.yaml")]
    named = {definition["metadata"]["name"] for definition in whole}
    versions: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(dict)
    for file in sorted(folder.glob("*.json")):
        known = json.loads(file.read_text(encoding="utf-8"))
        versions[known["group"], known["kind"], known["scope"]][known["version"]] = known["schema"]
    made = [_definition(*kind, schemas) for kind, schemas in versions.items()]
    return [*whole, *(definition for definition in made if definition["metadata"]["name"] not in named)]


def permissive() -> list[Manifest]:
    """One for each kind that the manifests use; it takes anything."""
    return of_kinds(CUSTOM)


def of_kinds(named: Iterable[str]) -> list[Manifest]:
    """Permissive ones of these kinds."""
    kinds = (kind.split("/") for kind in sorted(named))
    return [_definition(group, kind, "Namespaced", {version: PERMISSIVE}) for group, version, kind in kinds]


def _definition(group: str, kind: str, scope: str, schemas: dict[str, Any]) -> Manifest:
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
