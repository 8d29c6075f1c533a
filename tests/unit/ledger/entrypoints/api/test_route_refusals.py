"""Each route says exactly which refusals it can answer, and the table of that is what the sources say."""

import re
from typing import Any

import pytest

from contracts.refusals import REFUSALS
from dev.generate import route_refusals
from dev.generate.route_refusals import LEDGER
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from runtime.web.openapi_refusals import ALWAYS
from tests.support.ledger.who_may import COMMANDS, ENDPOINTS

DESCRIPTION: dict[str, Any] = application().openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
}


def codes_at(route: str) -> set[str]:
    return {code for one in problems_at(route).values() for code in one["examples"]}


def problems_at(route: str) -> dict[str, Any]:
    answers = OPERATIONS[route]["responses"]
    return {status: one["content"]["application/problem+json"] for status, one in answers.items() if int(status) >= 400}


def test_the_table_is_what_the_sources_say() -> None:
    assert LEDGER.file.read_text(encoding="utf-8") == route_refusals.text(LEDGER), "run `make generate`"


def test_every_operation_stands_in_the_table() -> None:
    assert {operation["operationId"] for operation in OPERATIONS.values()} == set(ROUTE_REFUSALS)


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_a_route_describes_each_of_its_codes_under_its_status_and_says_it(route: str) -> None:
    for status, problem in problems_at(route).items():
        for code in problem["examples"]:
            assert REFUSALS[code].status == int(status)
            assert REFUSALS[code].sentence in OPERATIONS[route]["responses"][status]["description"]
    assert codes_at(route) - {"not_found", "body_not_json"} == ALWAYS | ROUTE_REFUSALS[OPERATIONS[route]["operationId"]]


@pytest.mark.parametrize(
    "route", [route for route, what in ENDPOINTS.items() if set(what.split(", ")) <= set(COMMANDS)]
)
def test_a_route_can_answer_whatever_its_commands_can_be_refused_with(route: str) -> None:
    for name in ENDPOINTS[route].split(", "):
        assert route_refusals.of_command(LEDGER, type(COMMANDS[name][0]).__name__) <= codes_at(route)


def test_a_rule_of_one_command_is_not_said_of_another() -> None:
    assert "insufficient_balance" in codes_at("POST /v1/projects/{project}/allocations")
    assert "insufficient_balance" not in codes_at("POST /v1/projects/{project}/renaming")
    assert "project_name_taken" in codes_at("POST /v1/projects/{project}/renaming")
    assert "offer_unknown" not in codes_at("POST /v1/devices/{serial}/release")
    assert codes_at("GET /v1/license-types") == ALWAYS | {"sequence_not_reached"}


def test_only_where_json_is_taken_a_body_can_be_none() -> None:
    assert "body_not_json" in codes_at("POST /v1/projects")
    for route in ("GET /v1/projects", "POST /v1/devices/{serial}/release", "PUT /v1/devices/{serial}/return"):
        assert "body_not_json" not in codes_at(route)
    assert "body_not_json" not in codes_at("POST /v1/commands")


def test_an_example_is_the_problem_that_is_answered() -> None:
    example = DESCRIPTION["components"]["examples"]["device_offered"]["value"]
    assert (example["status"], example["code"]) == (409, "device_offered")
    assert example["type"] == "urn:licensing:problem:device_offered"


def test_r7_a_file_is_delivered_and_nothing_is_ever_called_active() -> None:
    names = {name for schema in DESCRIPTION["components"]["schemas"].values() for name in schema.get("properties", ())}
    assert "delivery" in names
    assert not [name for name in names if re.search(r"\bactive|activated", name.replace("_", " "))]
