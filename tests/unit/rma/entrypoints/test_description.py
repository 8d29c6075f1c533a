"""What RMA's API says of itself: every endpoint has its row, every refusal its place."""

from typing import Any

import pytest

from contracts.refusals import REFUSALS
from contracts.rma.commands import COMMAND_TYPES
from dev.generate import route_refusals
from dev.generate.route_refusals import RMA
from rma.application.writing.senders import OF_THE_SERVICE
from rma.entrypoints.api.app import application
from rma.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from runtime.web.openapi_refusals import ALWAYS
from tests.support.api_operations import unbounded_numbers
from tests.support.rma.who_may import ENDPOINTS

OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, operations in application().openapi()["paths"].items()
    for method, operation in operations.items()
}


def codes_at(route: str) -> set[str]:
    answers = OPERATIONS[route]["responses"]
    problems = [one["content"]["application/problem+json"] for status, one in answers.items() if int(status) >= 400]
    return {code for problem in problems for code in problem["examples"]}


def test_every_endpoint_has_its_row_in_the_table_of_who_may_call_it() -> None:
    assert OPERATIONS.keys() == ENDPOINTS.keys()


def test_every_command_of_people_has_its_operation() -> None:
    of_people = {name for name, command in COMMAND_TYPES.items() if command not in OF_THE_SERVICE}
    assert of_people <= {operation["operationId"].replace("_", "-") for operation in OPERATIONS.values()}


def test_the_table_of_refusals_is_what_the_sources_say() -> None:
    assert RMA.file.read_text(encoding="utf-8") == route_refusals.text(RMA), "run `make generate`"


@pytest.mark.parametrize("route", sorted(OPERATIONS))
def test_a_route_describes_each_of_its_codes_under_its_status(route: str) -> None:
    for status, answer in OPERATIONS[route]["responses"].items():
        for code in answer.get("content", {}).get("application/problem+json", {}).get("examples", ()):
            assert REFUSALS[code].status == int(status)
    assert codes_at(route) - {"not_found", "body_not_json"} == ALWAYS | ROUTE_REFUSALS[OPERATIONS[route]["operationId"]]


def test_a_rule_of_one_step_is_not_said_of_another() -> None:
    assert "bad_transition" in codes_at("POST /v1/rmas/{rma}/ship")
    assert "bad_transition" not in codes_at("POST /v1/rmas")
    assert "quote_ended" in codes_at("POST /v1/rmas/{rma}/accept")
    assert "quote_ended" not in codes_at("POST /v1/rmas/{rma}/repair")


def test_a_reader_may_be_told_that_rights_are_not_known_just_now() -> None:
    readers = [route for route in OPERATIONS if route.startswith("GET")]
    assert all("ledger_view_behind" in codes_at(route) for route in readers)


def test_every_number_that_is_sent_has_a_least_and_a_most() -> None:
    assert unbounded_numbers(application().openapi()) == set()
