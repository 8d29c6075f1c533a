"""What requests are taken, and what the ledger is asked in their name."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contracts.identifiers import command_id_of, derived_id
from runtime.web import gateway
from tests.support.ledger.api_in_memory import PROJECT, Api, problem
from tests.support.ledger.story import ADRIA, ANNA, STAFF

KEYS = "/v1/activation-keys"
PORTS = {"licenses": [{"license_type": "Port11", "count": 50}], "order_number": "PO-1"}
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

    created = await api.post("/v1/projects", {"project_name": "Hotel Adria"}, key="p")

    assert created.json()["project"] == derived_id(command_id_of(ADRIA, "p"), "project")
    assert created.headers["location"] == f"/v1/projects/{created.json()['project']}"


async def test_a_redemption_takes_a_key_as_people_type_it() -> None:
    api = await Api().founded()
    key = (await api.post(KEYS, PORTS, token=api.staff())).json()["activation_key"]
    company = {"kind": "end_customer", "administrator": ANNA, "company": ADRIA}
    await api.post("/v1/companies", company, key="c")
    project = (await api.post("/v1/projects", {"project_name": "Hotel"}, key="p")).json()["project"]

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

    response = await api.client.post("/v1/projects", json={"project_name": "Hotel"}, headers=[*head, bearer])

    assert problem(response) == (400, "idempotency_key_missing")


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


async def test_trouble_is_503_and_says_when_to_come_again() -> None:
    api = await Api().founded()
    api.ledger.away = True

    response = await api.post("/v1/projects", {"project_name": "Hotel"})

    assert problem(response) == (503, "service_unavailable")
    assert "secret-host" not in response.text


async def test_a_ledger_that_is_not_founded_says_so() -> None:
    assert problem(await Api().post("/v1/projects", {"project_name": "Hotel"})) == (409, "ledger_not_founded")


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
    assert problem(await Api().get(f"/v1/projects?cursor=oldest_first.{cursor}")) == (422, "request_invalid")


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


async def test_requests_at_the_same_time_do_not_mix() -> None:
    api = await Api().founded()

    answers = await asyncio.gather(*(api.post(KEYS, PORTS, key=f"k{n}", token=api.staff()) for n in range(20)))

    assert len({answer.json()["activation_key"] for answer in answers}) == 20
    assert sorted(answer.json()["sequence"] for answer in answers) == list(range(2, 22))
    assert STAFF not in "".join(answer.text for answer in answers)


async def test_more_requests_than_can_be_at_work_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MAX_IN_FLIGHT", 0)

    assert problem(await Api().get("/v1/companies")) == (503, "service_unavailable")


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
