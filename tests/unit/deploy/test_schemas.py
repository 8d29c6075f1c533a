"""Every overlay can be built, and each manifest is of its kind's schema, strictly."""

import copy
import json
from pathlib import Path
from typing import Any

from dev.kubernetes import check, schemas
from tests.support.rendered import OVERLAYS, manifests, of_kind


def test_each_manifest_is_of_its_schema() -> None:
    assert list(check.wrong({overlay: manifests(overlay) for overlay in OVERLAYS}, schemas.folder())) == []


def test_a_misspelt_field_is_found() -> None:
    deployment = copy.deepcopy(of_kind("local", "Deployment")[0])
    deployment["spec"]["template"]["spec"]["automountServiceAccountTokn"] = False

    assert list(schemas.errors(deployment, None))


def test_a_kind_that_nobody_knows_is_found() -> None:
    unknown = {"apiVersion": "example.com/v1", "kind": "Unknown", "metadata": {"name": "one"}}

    assert list(schemas.errors(unknown, None)) == ["Unknown /one: nobody knows the kind example.com/v1/Unknown"]


def _schema(tmp_path: Path) -> Path:
    spec = {"type": "object", "properties": {"partitions": {"type": "integer"}}}
    known = {"group": "kafka.strimzi.io", "version": "v1", "kind": "KafkaTopic"}
    text = json.dumps(known | {"schema": {"type": "object", "properties": {"spec": spec}}})
    (tmp_path / "kafka.strimzi.io_v1_kafkatopic.json").write_text(text, encoding="utf-8")
    return tmp_path


def _topic(**spec: object) -> dict[str, Any]:
    return {"apiVersion": "kafka.strimzi.io/v1", "kind": "KafkaTopic", "metadata": {"name": "one"}, "spec": spec}


def test_the_schemas_of_custom_resources_are_strict(tmp_path: Path) -> None:
    folder = _schema(tmp_path)

    assert list(schemas.errors(_topic(partitions=3), folder)) == []
    assert list(schemas.errors(_topic(partitions="3"), folder))
    assert list(schemas.errors(_topic(partition=3), folder))
