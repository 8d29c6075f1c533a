import json

from runtime.problems import Problem, headers, render


def test_a_problem_document_has_the_standard_members_and_the_code() -> None:
    problem = Problem(status=409, code="insufficient_balance", detail="51 Port11 are wanted, 50 are free.")

    assert json.loads(render(problem)) == {
        "type": "urn:licensing:problem:insufficient_balance",
        "title": "Conflict",
        "status": 409,
        "detail": "51 Port11 are wanted, 50 are free.",
        "code": "insufficient_balance",
    }


def test_extras_stand_beside_the_standard_members_but_never_replace_one() -> None:
    document = json.loads(render(Problem(status=400, code="bad", extras={"free": 50, "status": 200})))

    assert (document["free"], document["status"]) == (50, 400)


def test_trouble_says_when_to_come_back() -> None:
    assert headers(retry_after_seconds=5)["Retry-After"] == "5"
    assert headers()["Content-Type"] == "application/problem+json"
