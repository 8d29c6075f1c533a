"""Every overlay can be built, and each manifest is of its kind's schema, strictly."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from dev.kubernetes import check, definitions, schemas
from dev.kubernetes.cluster.admission import misspell
from tests.support.rendered import BOTH_REGIONS, OVERLAYS, manifests, of_kind

KNOWN = definitions.known()
CUSTOM = schemas.Custom(KNOWN)
"""Those that are there without a network; the end of a run says which are not."""
NONE = schemas.Custom(())


def test_each_manifest_is_of_its_schema() -> None:
    assert list(check.wrong({overlay: manifests(overlay) for overlay in OVERLAYS}, CUSTOM)) == []


def test_a_misspelt_field_is_found() -> None:
    deployment = copy.deepcopy(of_kind("local", "Deployment")[0])
    deployment["spec"]["template"]["spec"]["automountServiceAccountTokn"] = False

    assert list(schemas.errors(deployment, NONE))


def test_a_kind_that_nobody_knows_is_found() -> None:
    unknown = {"apiVersion": "example.com/v1", "kind": "Unknown", "metadata": {"name": "one"}}

    assert list(schemas.errors(unknown, NONE)) == ["Unknown /one: nobody knows the kind example.com/v1/Unknown"]


@pytest.mark.parametrize("kind", sorted(definitions.USED - set(definitions.lacking(KNOWN))))
def test_a_misspelt_field_of_each_custom_resource_is_found(kind: str) -> None:
    good = next(one for one in manifests(BOTH_REGIONS) if schemas.kind_of(one) == kind)
    planted = copy.deepcopy(good)
    misspell(planted)

    assert list(schemas.errors(good, CUSTOM)) == []
    assert [error.rpartition(": ")[2] for error in schemas.errors(planted, CUSTOM)] == [
        "Additional properties are not allowed ('mispelt' was unexpected)"
    ]


def test_a_run_says_which_kinds_it_takes_as_they_are() -> None:
    assert definitions.said_of(definitions.lacking(definitions.permissive(definitions.USED))) == ""
    assert definitions.said_of(["example.com/v1/One", "example.com/v1/Two"]).startswith("Nobody defines One, Two:")


def test_a_folder_beside_the_checkout_is_used_unless_another_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRD_SCHEMAS", raising=False)
    monkeypatch.setattr(definitions, "SHARED", tmp_path / "away")
    assert definitions.folder_of_others() is None

    monkeypatch.setattr(definitions, "SHARED", tmp_path)
    assert definitions.folder_of_others() == tmp_path

    monkeypatch.setenv("CRD_SCHEMAS", "another")
    assert definitions.folder_of_others() == Path("another")


def _schema(tmp_path: Path) -> Path:
    spec = {"type": "object", "properties": {"partitions": {"type": "integer"}}}
    known = {"group": "kafka.strimzi.io", "version": "v1", "kind": "KafkaTopic"}
    text = json.dumps(known | {"schema": {"type": "object", "properties": {"spec": spec}}})
    (tmp_path / "kafka.strimzi.io_v1_kafkatopic.json").write_text(text, encoding="utf-8")
    return tmp_path


def _topic(**spec: object) -> dict[str, Any]:
    return {"apiVersion": "kafka.strimzi.io/v1", "kind": "KafkaTopic", "metadata": {"name": "one"}, "spec": spec}


def test_the_schemas_of_custom_resources_are_strict(tmp_path: Path) -> None:
    custom = schemas.Custom(definitions.of_folder(_schema(tmp_path)))

    assert list(schemas.errors(_topic(partitions=3), custom)) == []
    assert list(schemas.errors(_topic(partitions="3"), custom))
    assert list(schemas.errors(_topic(partition=3), custom))
