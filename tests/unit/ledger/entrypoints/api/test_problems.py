"""Every refusal has its problem, and nothing but the table decides which."""

import ast
import json
from pathlib import Path

import pytest

import ledger
import runtime.web
from contracts.outcomes import Rejected
from contracts.refusals import REFUSALS
from ledger.entrypoints.api.http.problems import PROBLEMS
from runtime.trouble import Trouble
from runtime.web.problems import Refused
from runtime.web.rejections import rejected


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_is_a_problem_with_its_status_and_sentence(code: str) -> None:
    row = REFUSALS[code]

    problem = PROBLEMS.of(Refused(code))

    assert (problem.status, problem.code, problem.detail) == (row.status, code, row.sentence)
    assert 400 <= problem.status < 600


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_503_says_when_to_come_again(code: str) -> None:
    response = PROBLEMS.response(Refused(code))

    assert ("retry-after" in response.headers) == (REFUSALS[code].status == 503)


def test_every_code_that_our_sources_name_is_in_the_table() -> None:
    packages = (Path(ledger.__file__), Path(runtime.web.__file__))
    sources = [source for package in packages for source in package.parent.rglob("*.py")]
    named = {code for source in sources for code in _codes(ast.parse(source.read_text()))}

    assert len(named) > 30
    assert named <= set(REFUSALS)


def test_a_rejection_keeps_its_details_as_members() -> None:
    outcome = Rejected(
        command_id="0" * 64,
        command_hash="0" * 64,
        reply_to="x",
        ledger=0,
        code="insufficient_balance",
        details={"free": 30},
    )

    assert b'"free": 30' in bytes(PROBLEMS.response(rejected(outcome)).body)


def test_a_rejection_names_its_rule_and_the_entries_that_it_rests_on() -> None:
    outcome = Rejected(
        command_id="0" * 64, command_hash="0" * 64, reply_to="x", ledger=0, code="already_delivered", entries=(12, 14)
    )

    body = json.loads(bytes(PROBLEMS.response(rejected(outcome)).body))

    assert (body["rule"], body["entries"]) == ("R5", [12, 14])


def test_a_rejection_that_rests_on_no_entry_has_no_such_member() -> None:
    outcome = Rejected(command_id="0" * 64, command_hash="0" * 64, reply_to="x", ledger=0, code="months_range")

    assert "entries" not in json.loads(bytes(PROBLEMS.response(rejected(outcome)).body))


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_says_its_rule(code: str) -> None:
    assert PROBLEMS.of(Refused(code)).extras["rule"] == REFUSALS[code].rule != ""


def test_details_never_replace_a_standard_member() -> None:
    outcome = Rejected(
        command_id="0" * 64,
        command_hash="0" * 64,
        reply_to="x",
        ledger=0,
        code="no_right",
        details={"status": 200, "detail": 1},
    )

    body = bytes(PROBLEMS.response(rejected(outcome)).body)

    assert b'"status": 403' in body
    assert b'"detail": 1' not in body


def test_a_code_of_a_newer_writer_is_still_a_no() -> None:
    assert PROBLEMS.response(Refused("warranty_expired")).status_code == 409


def test_trouble_never_tells_where_things_are() -> None:
    response = PROBLEMS.trouble_response(Trouble("no answer from db.internal:5432", retry_after_seconds=7))

    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert b"internal:5432" not in bytes(response.body)


def _codes(tree: ast.AST) -> set[str]:
    """The first argument of every Refused(...) and Rejection(...)."""
    return {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("Refused", "Rejection")
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
