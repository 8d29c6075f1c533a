"""Who may call what: each row of the table, asked of the real API in the name of each person."""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import asyncpg
import httpx
import pytest

from contracts.actors import Account
from contracts.commands.companies import RegisterCompany
from contracts.identifiers import derived_id
from contracts.log.envelope import entry_hash
from contracts.topics import CASE_EVENTS
from rma.entrypoints.api.app import application
from tests.support.api_operations import Operation, about
from tests.support.ledger import story_members
from tests.support.ledger.story import ADRIA, HOTEL, VENDOR
from tests.support.rma.api_at_work import CaseApi, a_report, bearer
from tests.support.rma.at_work import SERIAL, SPARE, anna, ben, clerk, second_clerk
from tests.support.rma.who_may import ENDPOINTS, Answer, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUESTS = derived_id("guests", "company")
_COMPANIES: dict[Person, str] = {
    "member": ADRIA,
    "member+view": ADRIA,
    "member+rma": ADRIA,
    "ex-member": ADRIA,
    "guest+view": GUESTS,
    "guest+rma": GUESTS,
}
WHO: dict[Person, Account] = {
    "clerk": clerk,
    "administrator": anna,
    "reader": anna,
    "stranger": ben,
    **{
        person: Account(account=derived_id(person, "account"), company=company)
        for person, company in _COMPANIES.items()
    },
}
SHIPMENT = {"carrier": "DHL", "tracking_number": "1"}
BODIES = {
    "POST /v1/rmas": a_report(),
    "POST /v1/rmas/{rma}/messages": {"text": "Hello."},
    "POST /v1/rmas/{rma}/receive": {"serial": SERIAL},
    "POST /v1/rmas/{rma}/quote": {"cents": 1, "currency": "EUR", "valid_until": "2999-01-01"},
    "POST /v1/rmas/{rma}/accept": {"quote": 1},
    "POST /v1/rmas/{rma}/decline": {"quote": 1},
    "POST /v1/rmas/{rma}/repair": {"finding": "Works."},
    "POST /v1/rmas/{rma}/unrepairable": {"finding": "Works."},
    "POST /v1/rmas/{rma}/replace": {"replacement": SPARE, "finding": "Works."},
    "POST /v1/rmas/{rma}/send-in-advance": {"replacement": SPARE, "reason": "Works.", **SHIPMENT},
    "POST /v1/rmas/{rma}/ship": SHIPMENT,
    "POST /v1/rmas/{rma}/charge": {"invoice": "IN-1"},
    "POST /v1/rmas/{rma}/reopen": {"reason": "Works."},
    "POST /v1/case-log/set-asides": {
        "entries": [{"sequence": 1, "entry_hash": "0" * 64}],
        "law": "step_wrong",
        "reason": "Works.",
        "reference": "INC-1",
    },
    "POST /v1/companies/{company}/advance-replacement": {"reference": "SUP-9"},
    "POST /v1/companies/{company}/advance-replacement/withdrawal": {"reference": "SUP-9", "reason": "Over."},
}


async def test_each_person_is_answered_as_the_table_says(cases: CaseApi) -> None:
    await people_come(cases)
    rma = await cases.files()
    decision = await a_proposal(cases)
    await cases.attach(rma, b"A log.", "box.log")
    await cases.until_status(f"rmas/{rma}", WHO["guest+rma"], 200)
    await cases.until_status("rmas", WHO["ex-member"], 200)

    found = {endpoint: await answers(cases, endpoint, rma, decision) for endpoint in ENDPOINTS}

    assert found == ENDPOINTS


async def test_by_no_operation_somebody_tells_what_others_have_from_what_nobody_has(cases: CaseApi) -> None:
    await people_come(cases)
    theirs = {"rma": await cases.files(), "serial": SERIAL, "project": HOTEL, "company": ADRIA, "replacement": SPARE}
    nobodys = {
        "rma": "RMA-2026-999999",
        "serial": "009033ffffff",
        "project": derived_id("nobody", "project"),
        "company": derived_id("nobody", "company"),
        "replacement": "009033fffffe",
    }
    await cases.attach(theirs["rma"], b"A log.", "box.log")

    told_apart, statuses = {}, Counter[int]()
    for operation in about(application(), frozenset(nobodys)):
        foreign, unknown = [await said_to(cases, ben, operation, things) for things in (theirs, nobodys)]
        statuses[foreign[0]] += 1
        if foreign != unknown:
            told_apart[f"{operation.method} {operation.path} {operation.asked}"] = foreign, unknown
    assert told_apart == {}
    assert statuses[404] + statuses[403] > statuses[422] + statuses[200]


async def test_what_staff_reads_of_cases_is_recorded_or_not_told(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.attach(rma, b"A log.", "box.log")
    (number,) = await cases.files_of(rma)
    paths = [f"rmas/{rma}", f"rmas/{rma}/slip", f"rmas/{rma}/attachments/{number}"]
    for who in (anna, clerk):
        assert [(await cases.get(path, who)).status_code for path in paths] == [200, 200, 200]

    told = await cases.asked(f"accesses?case={rma}&limit=3", clerk)
    connection = await asyncpg.connect(cases.database_url)
    await connection.execute('REVOKE INSERT ON rma_private.accesses FROM "rma-api"')
    try:
        refused = [await cases.get(path, clerk) for path in (*paths, "rmas", "accesses")]
        own = [(await cases.get(path)).status_code for path in paths]
    finally:
        await connection.execute('GRANT INSERT ON rma_private.accesses TO "rma-api"')
        await connection.close()

    assert [one["operation"] for one in told["items"]] == ["get_attachment", "get_slip", "get_case"]
    about = ("account", "company", "project", "device", "case")
    assert {tuple(one[name] for name in about) for one in told["items"]} == {(clerk.account, ADRIA, HOTEL, SERIAL, rma)}
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(503, "access_not_recorded")}
    assert not [one for one in refused if rma.encode() in one.content]
    assert own == [200, 200, 200]


async def said_to(cases: CaseApi, who: Account, operation: Operation, things: dict[str, str]) -> tuple[int, str]:
    """Status and body, with every id of the asked thing called by its name."""
    named = things | {"number": "1", "sequence": "1", "decision": derived_id("nobody", "decision")}
    answer = await cases.client.request(
        operation.method,
        operation.address(named),
        json=operation.said(named),
        params=operation.query(things),
        headers=bearer(who) | {"Idempotency-Key": secrets.token_hex(8)},
    )
    text = answer.text
    for name, value in things.items():
        text = text.replace(value, name)
    return answer.status_code, text


async def answers(cases: CaseApi, endpoint: str, rma: str, decision: str) -> dict[Person, Answer]:
    """What each person is told; all at once, so that the writer decides in one batch, but for what goes away."""
    number = (await cases.files_of(rma))[0]
    reading = replace(cases, scope="repairs:read")
    asked = [
        called(reading if person == "reader" else cases, endpoint, rma, decision, number, who)
        for person, who in WHO.items()
    ]
    together = not endpoint.startswith("DELETE")
    said = await asyncio.gather(*asked) if together else [await one for one in asked]
    return {who: told(one) for who, one in zip(WHO, said, strict=True)}


async def people_come(cases: CaseApi) -> None:
    guests = RegisterCompany(company=GUESTS, kind="end_customer", administrator=derived_id("gina", "account"))
    gina = Account(account=guests.administrator, company=GUESTS)
    members = [who for person, who in WHO.items() if person.startswith(("member", "ex-"))]
    visitors = [who for person, who in WHO.items() if person.startswith("guest")]
    await cases.desk.ledger_does(
        (guests, clerk),
        (story_members.member(second_clerk.account, VENDOR, administrator=True), clerk),
        *((story_members.member(who.account, ADRIA), anna) for who in members),
        *((story_members.member(who.account, GUESTS), gina) for who in visitors),
        *(
            (story_members.grant(who.account, who.company, "rma" if person.endswith("rma") else "view"), anna)
            for person, who in WHO.items()
            if "+" in person
        ),
        (story_members.dismiss(WHO["ex-member"].account), anna),
    )


async def a_proposal(cases: CaseApi) -> str:
    """A decision that waits for a second person, about an entry that breaks no law."""
    (filed,) = await cases.desk.records(CASE_EVENTS)
    named = {"sequence": 1, "entry_hash": entry_hash(filed)}
    said = {"entries": [named], "law": "step_wrong", "reason": "Works.", "reference": "INC-1"}
    proposed = await cases.post("case-log/set-asides", said, second_clerk)
    assert proposed.status_code == 201, proposed.text
    return str(proposed.json()["decision"])


async def called(cases: CaseApi, endpoint: str, rma: str, decision: str, number: int, who: Account) -> httpx.Response:
    method, path = endpoint.split()
    url = path.format(rma=rma, company=ADRIA, sequence=1, decision=decision, number=number).removeprefix("/v1/")
    if endpoint == "POST /v1/commands":
        line = {"idempotency_key": "k", "command": {"name": "close-case", "rma": rma}}
        return await cases.client.post(path, content=json.dumps(line), headers=cases.bearer(who))
    if endpoint == "POST /v1/rmas/{rma}/attachments":
        return await cases.attach(rma, b"A log.", "box.log", who)
    match method:
        case "GET":
            return await cases.get(url, who)
        case "DELETE":
            return await cases.delete(url, who)
        case _:
            return await cases.post(url, BODIES.get(endpoint), who)


def told(answer: httpx.Response) -> Answer:
    assert answer.status_code < 500, answer.text
    assert answer.status_code != 422, answer.text
    if answer.status_code == 403 and answer.json()["code"] == "scope_missing":
        return "no_scope"
    of_status: Mapping[int, Answer] = {403: "no_right", 404: "hidden"}
    return of_status.get(answer.status_code, "yes")
