"""What the API says of itself, and the page that shows it."""

from typing import Any, cast

from ledger.application.queries.exports import BALANCES, MOVEMENTS
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.http.forms import FORMS
from tests.support.api_operations import unbounded_numbers
from tests.support.ledger.api_in_memory import Api, problem

DESCRIPTION: dict[str, Any] = application().openapi()


def test_no_pattern_of_the_description_is_shown_to_anybody() -> None:
    assert _patterns(DESCRIPTION["paths"]) | _patterns(DESCRIPTION["components"]["schemas"]) <= set(FORMS)


def _patterns(schema: Any) -> set[str]:
    match schema:
        case dict():
            of_schema = cast("dict[str, Any]", schema)
            own = {of_schema["pattern"]} if isinstance(of_schema.get("pattern"), str) else set[str]()
            return own.union(*map(_patterns, of_schema.values()))
        case list():
            items: list[Any] = schema
            return set[str]().union(*map(_patterns, items))
        case _:
            return set()


async def test_the_description_is_openapi_3_1_and_every_operation_names_its_problem() -> None:
    schema = (await Api().client.get("/openapi.json")).json()
    operations = [one for path in schema["paths"].values() for one in path.values()]

    assert schema["openapi"].startswith("3.1")
    assert len(operations) >= 16
    for status in ("401", "403", "422", "500", "503"):
        assert all("application/problem+json" in one["responses"][status]["content"] for one in operations)
    assert all("Retry-After" in one["responses"]["503"]["headers"] for one in operations)
    assert all(one["security"] for one in operations)
    keys = [one for operation in operations for one in operation.get("parameters", ()) if one["in"] == "header"]
    optional = {("if-none-match", False), ("if-match", False), ("last-event-id", False)}
    assert {(one["name"], one["required"]) for one in keys} == {("idempotency-key", True)} | optional
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_a_word_means_one_thing_in_every_answer_and_export() -> None:
    schemas: dict[str, dict[str, Any]] = DESCRIPTION["components"]["schemas"]
    members = {(name, member) for name, schema in schemas.items() for member in schema.get("properties", ())}
    having = {member: {name for name, has in members if has == member} for _, member in members}
    columns = {column.name for column in (*MOVEMENTS, *BALANCES)}

    assert having["balance"] == {"CauseView", "MovedView", "MovementView"} < having["count"]
    assert having["units"] == {"ServicePrice", "ServiceStatus"}
    assert having["free"] == {"BalanceView", "LegacyView", "ProjectCountsView", "TotalView"}
    assert having["held"] == having["free"] - {"LegacyView", "ProjectCountsView"} | {
        "LegacyLicensesConvertedResponse",
        "LicensesMovedResponse",
        "MoveLicensesBody",
        "PreviewedLicenses",
        "RedeemedLicensesView",
        "ServiceStatus",
    }
    assert {"count", "balance"} <= columns
    assert not columns & {"units", "held", "free"}
    assert having["digest"] == {"StaffTextView"}
    assert not having.keys() & {"name", "preview", "expires_after_days"}
    assert having["expires"] == {"ClaimCodeView", "ExpirationView", "InvitationView"}


def test_each_group_of_operations_is_described_in_a_line_and_none_is_empty() -> None:
    used = {tag for path in DESCRIPTION["paths"].values() for one in path.values() for tag in one["tags"]}

    assert {one["name"] for one in DESCRIPTION["tags"]} == used
    assert all(one["description"].endswith(".") for one in DESCRIPTION["tags"])


def test_304_and_if_none_match_are_described_together_and_only_where_they_work() -> None:
    gets = {path: one["get"] for path, one in DESCRIPTION["paths"].items() if "get" in one}
    conditional = {path for path, one in gets.items() if "304" in one["responses"]}

    assert conditional == {
        path for path, one in gets.items() if "if-none-match" in {each["name"] for each in one.get("parameters", ())}
    }
    assert "/v1/projects/{project}/balance" in conditional
    assert "/v1/projects/{project}/history" not in conditional
    assert len(conditional) == 17


async def test_the_documentation_page_needs_no_other_address() -> None:
    client = Api().client
    page = await client.get("/docs")

    assert "http" not in page.text.replace("http-equiv", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "start.js"):
        assert (await client.get(f"/docs/{asset}")).status_code == 200
    assert problem(await client.get("/docs/../app.py"))[0] == 404


def test_every_number_that_is_sent_has_a_least_and_a_most() -> None:
    assert unbounded_numbers(DESCRIPTION) == set()
