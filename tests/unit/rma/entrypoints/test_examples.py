"""The examples of the description fit their schemas: those of the bodies and those of the results."""

from typing import Any

import pytest

from rma.entrypoints.api.app import application
from tests.support.json_schema import validator

JSON = "application/json"
DESCRIPTION: dict[str, Any] = application().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for methods in DESCRIPTION["paths"].values() for operation in methods.values()
}


def contents(operation: dict[str, Any]) -> list[dict[str, Any]]:
    results = [one for status, one in operation["responses"].items() if status < "300"]
    found = [one.get("content", {}).get(JSON) for one in (*results, operation.get("requestBody", {}))]
    return [content for content in found if content]


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_example_fits_its_schema(name: str) -> None:
    for content in contents(OPERATIONS[name]):
        validator(DESCRIPTION | content["schema"]).validate(content["example"])


def test_no_example_leaves_anything_out() -> None:
    assert "…" not in str(DESCRIPTION)
