"""What requests are taken, and what the ledger is asked in their name."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from contracts.identifiers import command_id_of, derived_id
from ledger.entrypoints.api.app import application
from ledger.entrypoints.api.http.forms import FORMS
from runtime.web import gateway, request_bodies
from tests.support.ledger.api_in_memory import PROJECT, Api, problem
from tests.support.ledger.story import ADRIA, ANNA, STAFF

DESCRIPTION: dict[str, Any] = application().openapi()
KEYS = "/v1/activation-keys"
PORTS = {"licenses": [{"license_type": "Port11", "count": 50}], "order_number": "PO-1"}
ALLOCATIONS = f"/v1/projects/{PROJECT}/allocations"
ALLOCATION = {"serial": "009033010203", "licenses": [{"license_type": "Port11", "count": 1}]}


async def test_the_same_request_again_gives_the_same_key_and_issues_it_once() -> None:
    api = await Api().founded()

    first = await api.post(KEYS, PORTS, token=api.staff())
    again = await api.post(KEYS, PORTS, token=api.staff())

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["cache-control"] == "no-store"


async def test_another_body_under_the_same_key_is_refused() -> None:
    api = await Api().founded()
    await api.post(KEYS, PORTS, token=api.staff())

    other = await api.post(KEYS, PORTS | {"order_number": "PO-2"}, token=api.staff())

    assert problem(other) == (409, "idempotency_key_reused")


async def test_whoever_chooses_a_key_is_told_that_all_accounts_of_the_company_share_it() -> None:
    api = await Api().founded()
    await api.post(KEYS, PORTS, token=api.staff())

    other = await api.post(KEYS, PORTS | {"order_number": "PO-2"}, token=api.staff())
    (parameter,) = (await api.client.get("/openapi.json")).json()["paths"][KEYS]["post"]["parameters"]

    assert "The accounts of a company share" in other.json()["detail"]
    assert "accounts of a company share" in parameter["description"]


async def test_only_staff_issues_keys() -> None:
    api = await Api().founded()

    assert problem(await api.post(KEYS, PORTS)) == (403, "no_right")


async def test_the_ids_of_new_things_follow_from_the_command() -> None:
    api = await Api().founded()
    body = {"kind": "end_customer", "administrator": ANNA, "company": ADRIA}
    assert (await api.post("/v1/companies", body)).json()["company"] == ADRIA

    created = await api.post("/v1/projects", {"name": "Hotel Adria"}, key="p")

    assert created.json()["project"] == derived_id(command_id_of(ADRIA, "p"), "project")
    assert created.headers["location"] == f"/v1/projects/{created.json()['project']}"


async def test_a_redemption_takes_a_key_as_people_type_it() -> None:
    api = await Api().founded()
    key = (await api.post(KEYS, PORTS, token=api.staff())).json()["activation_key"]
    company = {"kind": "end_customer", "administrator": ANNA, "company": ADRIA}
    await api.post("/v1/companies", company, key="c")
    project = (await api.post("/v1/projects", {"name": "Hotel"}, key="p")).json()["project"]

    body = {"activation_key": f" {key.lower().replace('-', ' ')} ", "project": project}

    assert (await api.post(f"{KEYS}/redemptions", body, key="r")).status_code == 201
    assert problem(await api.post(f"{KEYS}/redemptions", body, key="r2")) == (409, "key_already_redeemed")


async def test_a_mistyped_key_is_told_so_before_the_ledger_is_asked() -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    response = await api.post(f"{KEYS}/redemptions", {"activation_key": "0000-0000-0000-0001", "project": PROJECT})

    assert problem(response) == (422, "key_checksum")
    assert len(api.ledger.asked) == asked


@pytest.mark.parametrize("key", [None, "", " ", "x" * 81, "a\tb", "ä", " x", "x "])
async def test_a_post_without_a_proper_idempotency_key_is_refused(key: str | None) -> None:
    api = Api()
    head = [] if key is None else [(b"Idempotency-Key", key.encode())]
    bearer = (b"Authorization", f"Bearer {api.issuer.token()}".encode())

    response = await api.client.post("/v1/projects", json={"name": "Hotel"}, headers=[*head, bearer])

    assert problem(response) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/companies", {"kind": "vendor-like", "administrator": ANNA}),
        ("/v1/companies", {"kind": "reseller", "administrator": "anna"}),
        ("/v1/companies", {"kind": "reseller"}),
        ("/v1/projects", {"name": ""}),
        ("/v1/projects", {"name": "x" * 81}),
        ("/v1/projects", {"name": "a\nb"}),
        ("/v1/projects", {"name": 7}),
        ("/v1/projects", {"name": "Hotel", "colour": "red"}),
        ("/v1/projects", ["Hotel"]),
        ("/v1/projects", None),
        (KEYS, PORTS | {"licenses": []}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 0}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": -1}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 10_000}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 10**30}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": "5"}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 5.0}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": True}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "port eleven", "count": 5}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 5, "free": 1}]}),
        (KEYS, PORTS | {"licenses": [{"license_type": "Port11", "count": 1}] * 101}),
        (f"{KEYS}/redemptions", {"activation_key": "x" * 65, "project": PROJECT}),
        (f"{KEYS}/redemptions", {"activation_key": "x", "project": "hotel"}),
        (ALLOCATIONS, ALLOCATION | {"confirm_final": "yes"}),
        (ALLOCATIONS, ALLOCATION | {"confirm_final": 1}),
    ],
    ids=str,
)
async def test_a_body_that_is_not_as_described_is_refused_with_its_place(path: str, body: Any) -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    response = await api.post(path, body, token=api.staff())

    assert problem(response) == (422, "request_invalid")
    assert response.json()["errors"][0]["place"].startswith("body")
    assert len(api.ledger.asked) == asked


@pytest.mark.parametrize("name", ["", " ", "Hotel ", "x" * 81, "a\nb"])
async def test_a_name_that_can_not_be_one_is_told_what_a_name_must_be(name: str) -> None:
    response = await Api().post("/v1/projects", {"name": name})

    assert response.json()["detail"] == (
        "body.name: This must be 1 to 80 characters without line breaks, and no blank at either end."
    )


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


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"name": NaN}', b"1" * 5_000])
async def test_a_body_that_is_no_json_is_refused(content: bytes) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=content, headers=head)

    assert problem(response) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"name": "Müller"}'.encode("cp1252"), "JSON is written in UTF-8; byte 12 of the body, 0xfc, is none."),
        (gzip.compress(b'{"name": "Hotel"}', mtime=0), "The body is compressed; send it as it is."),
        (b'{"name": ' + b"7" * 5000 + b"}", "A number has at most 1000 digits; 7777777777... has 5000."),
        (b'{"name": 1e999}', "The number 1e999 is too big."),
        (b'{"name": NaN}', "This is no JSON: NaN is no number."),
        (b'{"name": "Hotel"', "This is no JSON: Expecting ',' delimiter at line 1, column 17."),
        (b"[" * 50_000, "This is no JSON that can be read: it is nested too deeply."),
        ('{"name": "Hotel"}'.encode("utf-16"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-16-be"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-32-le"), "JSON is written in UTF-8; the body is in UTF-16 or UTF-32."),
        ('{"name": "Hotel"}'.encode("utf-8-sig"), "JSON begins without a byte order mark; the body has one."),
        (b'{"\\ud800":1,"\\ud800":2}', 'The member "\ufffd" stands twice in one object.'),
        (b'{"\\ud800":1}', "The escape \\ud800 is half a character; its other half is missing."),
        (b'{"name":"\xed\xa0\x80"}', "JSON is written in UTF-8; byte 10 of the body, 0xed, is none."),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
async def test_a_body_that_can_not_be_read_is_told_why_and_where(content: bytes, reason: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=content, headers=head)

    assert problem(response) == (422, "request_invalid")
    assert response.json()["detail"] == reason


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "GZIP", "nonsense"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/projects"), ("POST", "/v1/commands"), ("PUT", "/v1/devices/009033010203/return")],
)
async def test_a_body_with_a_coding_is_refused_with_the_codings_that_are_taken(
    method: str, path: str, coding: str
) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Encoding": coding, "Content-Type": "application/json"}

    response = await api.client.request(method, path, content=b"{}", headers=head)

    assert problem(response) == (415, "body_encoded")
    assert response.headers["accept-encoding"] == "identity"


async def test_a_body_may_be_said_to_have_no_coding() -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Encoding": "identity", "Content-Type": "application/json"}

    response = await api.client.post("/v1/projects", content=b'{"name": "Hotel"}', headers=head)

    assert problem(response) == (409, "ledger_not_founded")


async def test_head_is_answered_as_get_is_without_the_content() -> None:
    api = Api()

    of_get = await api.get("/v1/license-types")
    of_head = await api.client.head("/v1/license-types", headers=api.bearer())

    assert (of_head.status_code, of_head.content) == (of_get.status_code, b"") == (200, b"")
    assert of_head.headers["content-length"] == of_get.headers["content-length"]
    assert (await api.client.head("/v1/license-types")).status_code == 401
    assert (await api.client.head("/v1/nothing", headers=api.bearer())).status_code == 404
    assert (await api.client.head("/v1/commands", headers=api.bearer())).status_code == 405


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/projects", "GET, HEAD, OPTIONS, POST"),
        ("/v1/commands", "OPTIONS, POST"),
        ("/v1/devices/009033010203/return", "OPTIONS, PUT"),
        (f"/v1/projects/{PROJECT}", "GET, HEAD, OPTIONS"),
    ],
)
async def test_options_names_the_methods_of_an_address_to_everybody(path: str, methods: str) -> None:
    response = await Api().client.options(path)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == methods
    assert problem(await Api().client.options("/v1/nothing")) == (404, "not_found")


async def test_a_defect_of_the_gateway_is_a_problem_document_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gateway, "check_coding", broken)

    assert problem(await Api().get("/v1/companies")) == (500, "internal_error")


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("00903301020", (422, "serial_malformed")),
        ("0090330102034", (422, "serial_malformed")),
        ("00903301020g", (422, "serial_malformed")),
        ("\u0660\u0660\u06609033010203", (422, "serial_malformed")),
        ("009034010203", (422, "serial_wrong_vendor")),
        ("00-90-33-01-02-0A", (404, "project_unknown")),
        ("00:90:33:01:02:0a", (404, "project_unknown")),
    ],
)
async def test_a_serial_is_taken_as_people_write_it(serial: str, expected: tuple[int, str]) -> None:
    api = await Api().founded()

    assert problem(await api.post(f"/v1/projects/{PROJECT}/devices", {"serial": serial})) == expected


@pytest.mark.parametrize("project", ["hotel", "%00", "..", PROJECT.upper(), f"{PROJECT}%0a"])
async def test_what_can_be_no_project_is_an_unknown_one(project: str) -> None:
    api = await Api().founded()

    assert problem(await api.post(f"/v1/projects/{project}/allocations", ALLOCATION))[0] == 404


@pytest.mark.parametrize("name", ["%00", "x", "%F0%9F%92%A9", PROJECT.upper()])
async def test_what_can_be_no_id_is_unknown_and_asks_nobody(name: str) -> None:
    api = Api()

    for path in (
        f"projects/{name}",
        f"projects/{name}/balance",
        f"projects/{name}/devices",
        f"movements?project={name}",
    ):
        assert problem(await api.get(f"/v1/{path}")) == (404, "project_unknown")
    assert problem(await api.get(f"/v1/companies/{name}")) == (404, "company_unknown")
    assert problem(await api.get(f"/v1/devices/{name}")) == (422, "serial_malformed")


@pytest.mark.parametrize("path", ["/v1/devices/009033010203/release", f"/v1/projects/{PROJECT}/claim-codes"])
async def test_an_operation_without_a_body_takes_none(path: str) -> None:
    api = await Api().founded()
    asked = len(api.ledger.asked)

    for content in (b'{"foo": 1}', b"[]", b"release it", b"{"):
        response = await api.client.post(path, content=content, headers=api.bearer() | {"Idempotency-Key": "k"})
        assert problem(response) == (422, "request_invalid")
        assert "takes no body" in response.json()["detail"]
    assert len(api.ledger.asked) == asked
    assert (await api.post(path, {})).status_code == (await api.post(path, None)).status_code == 404


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", ""])
async def test_a_body_that_is_not_called_json_is_told_what_it_must_be(kind: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": kind}

    response = await api.client.post("/v1/projects", content=b'{"name": "Hotel"}', headers=head)

    assert problem(response) == (415, "body_not_json")
    assert "application/json" in response.json()["detail"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge+json"])
async def test_a_body_may_be_called_json_in_any_way(kind: str) -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k", "Content-Type": kind}

    response = await api.client.post("/v1/projects", content=b'{"name": "Hotel"}', headers=head)

    assert problem(response) == (409, "ledger_not_founded")


@pytest.mark.parametrize(
    "content",
    [
        b'{"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-1", "order_number": "PO-2"}',
        b'{"licenses": [{"license_type": "Port11", "count": 1, "count": 9}], "order_number": "PO-1"}',
    ],
)
async def test_a_member_that_stands_twice_is_refused_and_named(content: bytes) -> None:
    api = await Api().founded()
    head = api.bearer(api.staff()) | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await api.client.post(KEYS, content=content, headers=head)

    assert problem(response) == (422, "request_invalid")
    assert "twice" in response.json()["detail"]


async def test_a_body_that_is_too_big_is_refused_unread() -> None:
    api = Api()
    head = api.bearer() | {"Idempotency-Key": "k"}

    declared = await api.client.post("/v1/projects", content=b"x" * 70_000, headers=head)
    chunked = await api.client.post("/v1/projects", content=_chunks(10_000), headers=head)

    assert problem(declared) == problem(chunked) == (413, "body_too_big")


async def test_trouble_is_503_and_says_when_to_come_again() -> None:
    api = await Api().founded()
    api.ledger.away = True

    response = await api.post("/v1/projects", {"name": "Hotel"})

    assert problem(response) == (503, "service_unavailable")
    assert "secret-host" not in response.text


async def test_a_ledger_that_is_not_founded_says_so() -> None:
    assert problem(await Api().post("/v1/projects", {"name": "Hotel"})) == (409, "ledger_not_founded")


async def test_a_sequence_that_is_not_there_is_503_with_what_is() -> None:
    response = await Api().get(f"/v1/projects/{PROJECT}/balance?at_least=7")

    assert problem(response) == (503, "sequence_not_reached")
    assert (response.json()["at_least"], response.json()["reached"]) == (7, 0)


@pytest.mark.parametrize(
    "query", ["at_least=0", "at_least=x", "at_least=2147483648", "limit=0", "limit=201", "cursor=!"]
)
async def test_query_parameters_out_of_bounds_are_refused(query: str) -> None:
    assert problem(await Api().get(f"/v1/projects?{query}")) == (422, "request_invalid")


@pytest.mark.parametrize("cursor", ["eA", "LTE", "OTk5OTk5OTk5OTk", "MS4x", "%C3%A4", "4pyT"])
async def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    assert problem(await Api().get(f"/v1/projects?cursor={cursor}")) == (422, "request_invalid")


@pytest.mark.parametrize("query", ["", "project=a&device=009033010203"])
async def test_movements_are_of_one_project_or_one_device(query: str) -> None:
    assert problem(await Api().get(f"/v1/movements?{query}")) == (422, "request_invalid")


async def test_other_methods_and_addresses_are_problems_too() -> None:
    api = Api()

    assert problem(await api.get("/v1/nothing")) == (404, "not_found")
    assert problem(await api.client.delete("/v1/companies", headers=api.bearer())) == (405, "method_not_allowed")


async def test_a_correlation_id_is_kept_if_it_is_one_and_made_if_not() -> None:
    api = Api()

    assert (await api.get("/v1/companies", **{"X-Correlation-Id": "case-7"})).headers["x-correlation-id"] == "case-7"
    assert (await api.get("/v1/companies", **{"X-Correlation-Id": "a b"})).headers["x-correlation-id"] != "a b"


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
    assert {(one["name"], one["required"]) for one in keys} == {("idempotency-key", True), ("if-none-match", False)}
    assert "HTTPValidationError" not in schema["components"]["schemas"]


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
    assert len(conditional) == 14


async def test_the_documentation_page_needs_no_other_address() -> None:
    client = Api().client
    page = await client.get("/docs")

    assert "http" not in page.text.replace("http-equiv", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "start.js"):
        assert (await client.get(f"/docs/{asset}")).status_code == 200
    assert problem(await client.get("/docs/../app.py"))[0] == 404


async def test_requests_at_the_same_time_do_not_mix() -> None:
    api = await Api().founded()

    answers = await asyncio.gather(*(api.post(KEYS, PORTS, key=f"k{n}", token=api.staff()) for n in range(20)))

    assert len({answer.json()["activation_key"] for answer in answers}) == 20
    assert sorted(answer.json()["sequence"] for answer in answers) == list(range(2, 22))
    assert STAFF not in "".join(answer.text for answer in answers)


async def _chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


async def test_more_requests_than_can_be_at_work_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MAX_IN_FLIGHT", 0)

    assert problem(await Api().get("/v1/companies")) == (503, "service_unavailable")


async def test_a_body_that_takes_too_long_to_arrive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0.01)
    api = Api()

    response = await api.client.post("/v1/projects", content=_slowly(), headers=api.bearer())

    assert problem(response) == (408, "request_too_slow")


async def _slowly() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(1)
    yield b"}"


async def test_one_company_can_not_take_all_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MAX_IN_FLIGHT_A_COMPANY", 1)
    api, arrive = Api(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        await arrive.wait()
        yield b"{}"

    slow = asyncio.create_task(api.client.post("/v1/projects", content=slowly(), headers=api.bearer()))
    await asyncio.sleep(0.01)

    assert problem(await api.get("/v1/companies")) == (429, "busy")
    assert (await api.get("/v1/companies", token=api.staff())).status_code == 200
    arrive.set()
    assert (await slow).status_code == 415
    assert (await api.get("/v1/companies")).status_code == 200


async def test_nobody_waits_for_the_body_of_a_request_without_a_token() -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    for path, status in (("/docs", 405), ("/v1/projects", 401), ("/nothing", 404)):
        async with asyncio.timeout(2):
            assert (await _call(Api(), path, never())).status == status


class _Answer:
    status = 0


async def _call(api: Api, path: str, body: AsyncIterator[bytes]) -> _Answer:
    """POST straight to the application: httpx would read the whole body first."""
    found = _Answer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": await anext(body), "more_body": True}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.status = message["status"]

    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    headers = [(b"content-length", b"9")]
    await api.app(
        {**scope, "headers": headers, "root_path": "", "scheme": "http", "http_version": "1.1"}, receive, send
    )
    return found


async def test_a_name_with_a_character_that_nobody_sees_is_refused_and_the_character_named() -> None:
    response = await Api().post("/v1/projects", {"name": "Hotel\u202eAdria"})

    assert problem(response) == (422, "request_invalid")
    assert response.json()["detail"] == "body.name: the character U+202E can't be seen and is not allowed."
