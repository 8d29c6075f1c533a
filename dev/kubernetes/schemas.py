"""Whether a manifest is of its kind's schema, strictly: an unknown field is an error.

Kubernetes's own schemas come with a pinned package, those of custom resources from their definitions. A kind of which
there is none is taken as it is, if the manifests are known to use it.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from referencing import Registry, Resource

from dev.kubernetes.definitions import USED, kinds
from dev.kubernetes.manifests import Manifest

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

KUBERNETES = "1.37.0"


def kind_of(manifest: Manifest) -> str:
    return f"{manifest['apiVersion']}/{manifest['kind']}"


def name_of(manifest: Manifest) -> str:
    """How an error names it."""
    metadata = manifest["metadata"]
    return f"{manifest['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


class Custom:
    """The schemas of custom resources, each made strict when it is first asked for."""

    def __init__(self, definitions: Iterable[Manifest]) -> None:
        self._defined = {kind: one for one in definitions for kind in kinds(one)}
        self._made: dict[str, Draft202012Validator] = {}

    def validator(self, kind: str) -> "Draft202012Validator | None":
        if kind not in self._made and (definition := self._defined.get(kind)):
            from jsonschema import Draft202012Validator  # noqa: PLC0415 - more than a second of imports, for who checks only

            self._made[kind] = Draft202012Validator(strict(_schema_of(definition, kind), root=True))
        return self._made.get(kind)


def _schema_of(definition: Manifest, kind: str) -> Any:
    _, version, _ = kind.split("/")
    return next(one for one in definition["spec"]["versions"] if one["name"] == version)["schema"]["openAPIV3Schema"]


def errors(manifest: Manifest, custom: Custom) -> Iterator[str]:
    """One sentence for each thing that is wrong."""
    kind = kind_of(manifest)
    is_custom = kind in USED
    known = custom.validator(kind) if is_custom else _validator(manifest["apiVersion"], manifest["kind"])
    if known is None and not is_custom:
        yield f"{name_of(manifest)}: nobody knows the kind {kind}"
    if known is None:
        return
    for error in known.iter_errors(manifest):
        yield f"{name_of(manifest)}: {'.'.join(map(str, error.path))}: {error.message}"


@cache
def _validator(api_version: str, kind: str) -> "Draft202012Validator | None":
    """Of a kind of Kubernetes itself, as its version KUBERNETES has it."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - likewise

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
