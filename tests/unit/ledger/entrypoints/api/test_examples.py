"""The examples of the description are real: they fit their schemas, and the API takes them."""

from typing import Any

import pytest

from contracts.codes import activation_key, claim_code, invitation_code
from contracts.refusals import REFUSALS
from ledger.entrypoints.api.app import application
from runtime.web.bulk_operations import operations
from tests.support.json_schema import validator
from tests.support.ledger.api_in_memory import Api
from tests.support.ledger.bulk import answers

JSON = "application/json"
DESCRIPTION: dict[str, Any] = application().openapi()
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
}
BODIES = [name for name, (_, _, one) in OPERATIONS.items() if JSON in one.get("requestBody", {}).get("content", {})]
CODES = {"activation_key": activation_key, "claim_code": claim_code, "invitation_code": invitation_code}
ABOUT_FORM = {
    "request_invalid",
    "serial_malformed",
    "serial_wrong_vendor",
    "claim_code_malformed",
    "invitation_malformed",
}


def results(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The contents of its results in JSON."""
    found = [one.get("content", {}).get(JSON) for status, one in operation["responses"].items() if status < "300"]
    return [content for content in found if content]


def check(example: object, schema: dict[str, Any]) -> None:
    """Whether an example fits its schema, whose references lead into the description."""
    validator(DESCRIPTION | schema).validate(example)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_result_in_json_has_an_example_that_fits(name: str) -> None:
    for content in results(OPERATIONS[name][2]):
        check(content["example"], content["schema"])


@pytest.mark.parametrize("name", sorted(BODIES))
async def test_the_example_of_a_body_is_taken(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    content = operation["requestBody"]["content"][JSON]
    check(content["example"], content["schema"])
    address = path.format_map({one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"})
    api = await Api().founded()

    response = await api.client.request(
        method, address, json=content["example"], headers=api.bearer(api.staff()) | {"Idempotency-Key": "k-1"}
    )

    code = response.json().get("code", "")
    assert code not in ABOUT_FORM, response.json()["detail"]
    assert code == "" or REFUSALS[code].status < 500


@pytest.mark.parametrize("member", sorted(CODES))
def test_a_code_that_is_shown_passes_its_own_check(member: str) -> None:
    shown = {
        schema["properties"][member]["examples"][0]
        for schema in DESCRIPTION["components"]["schemas"].values()
        if "examples" in schema.get("properties", {}).get(member, {})
    }
    assert shown
    for code in shown:
        assert activation_key.normalise(code) == code.replace("-", "")


def test_a_serial_in_an_address_has_its_pattern_and_each_parameter_of_one_its_example() -> None:
    in_path = [
        one for _, _, operation in OPERATIONS.values() for one in operation.get("parameters", ()) if one["in"] == "path"
    ]
    assert all("example" in one for one in in_path)
    assert all("pattern" in one["schema"] for one in in_path if one["name"] == "serial")


def test_no_example_leaves_anything_out() -> None:
    assert "…" not in str(DESCRIPTION)


LINE, ANSWER = ({"$ref": f"#/components/schemas/{name}"} for name in ("CommandLine", "CommandAnswer"))


@pytest.mark.parametrize("name", [name for name in BODIES if name.replace("_", "-") in operations(application())])
async def test_the_same_example_as_a_line_of_a_bulk_request_fits_and_is_taken(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    values = {one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"}
    command = {"name": name.replace("_", "-"), **values, **operation["requestBody"]["content"][JSON]["example"]}
    line = {"idempotency_key": "k-1", "command": command}
    api = await Api().founded()

    check(line, LINE)
    assert not validator(DESCRIPTION | LINE).is_valid(line | {"command": command | {"surplus": 1}})
    (answer,) = await answers(api, line)
    check(answer, ANSWER)
    assert answer["status"] in {200, 201, 202} or answer["problem"]["code"] not in ABOUT_FORM, answer
