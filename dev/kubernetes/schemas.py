"""Whether a manifest is of its kind's schema, strictly: an unknown field is an error.

Kubernetes's own schemas come with a pinned package. Those of custom resources lie in the folder that CRD_SCHEMAS names,
one file a kind and version; without it, a kind that the manifests are known to use is believed as it is.
"""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from referencing import Registry, Resource

from dev.kubernetes.manifests import Manifest

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

KUBERNETES = "1.37.0"
CUSTOM = frozenset(
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


def folder() -> Path | None:
    """Where the schemas of custom resources are, if they are."""
    named = os.environ.get("CRD_SCHEMAS")
    return Path(named) if named else None


def kind_of(manifest: Manifest) -> str:
    return f"{manifest['apiVersion']}/{manifest['kind']}"


def name_of(manifest: Manifest) -> str:
    """How an error names it."""
    metadata = manifest["metadata"]
    return f"{manifest['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def errors(manifest: Manifest, schemas: Path | None) -> Iterator[str]:
    """One sentence for each thing that is wrong."""
    kind = kind_of(manifest)
    if kind not in CUSTOM:
        known, unknown = _validator(manifest["apiVersion"], manifest["kind"]), f"nobody knows the kind {kind}"
    elif schemas is not None:
        known, unknown = _custom_validator(schemas, kind), f"CRD_SCHEMAS has no schema of {kind}"
    else:
        return
    if known is None:
        yield f"{name_of(manifest)}: {unknown}"
        return
    for error in known.iter_errors(manifest):
        yield f"{name_of(manifest)}: {'.'.join(map(str, error.path))}: {error.message}"


@cache
def _validator(api_version: str, kind: str) -> "Draft202012Validator | None":
    """Of a kind of Kubernetes itself, as its version KUBERNETES has it."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - more than a second of imports, for who checks only

    group, _, version = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], version)))
    known, definitions = _published(f"{name}.json"), _published("_definitions.json")
    if known is None or definitions is None:
        return None
    return Draft202012Validator(known.contents, registry=definitions @ (known @ Registry()))


@cache
def _published(name: str) -> Resource[Any] | None:
    """A file of the schemas; that of all definitions takes longer to read than a manifest to check."""
    file = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{KUBERNETES}-local-strict" / name
    return Resource.from_contents(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


@cache
def _custom_validator(schemas: Path, kind: str) -> "Draft202012Validator | None":
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - likewise

    known = custom_schemas(schemas).get(kind)
    return None if known is None else Draft202012Validator(known)


@cache
def custom_schemas(schemas: Path) -> Mapping[str, Mapping[str, Any]]:
    """The strict schema of each kind and version in the folder, from bare schemas (JSON) and definitions (YAML)."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in schemas.glob("*.json"):
        known = json.loads(file.read_text(encoding="utf-8"))
        found[f"{known['group']}/{known['version']}/{known['kind']}"] = strict(known["schema"], root=True)
    for file in schemas.glob("*.yaml"):
        spec = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            kind = f"{spec['group']}/{version['name']}/{spec['names']['kind']}"
            found[kind] = strict(version["schema"]["openAPIV3Schema"], root=True)
    return found


def strict(schema: Any, *, root: bool = False) -> Any:
    """The same schema, refusing fields that it does not name, as the API server would drop them."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    made = {key: _strict_member(key, value) for key, value in schema.items()}
    if root:
        made["properties"] = made.get("properties", {}) | {"metadata": {"type": "object"}}
        made["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
    closed = "properties" in made and "additionalProperties" not in made and schema.get("type") == "object"
    if closed and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    return made


def _strict_member(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties") and isinstance(value, dict):
        return {name: strict(one) for name, one in value.items()}
    return value if key in ("enum", "default", "required") else strict(value)
