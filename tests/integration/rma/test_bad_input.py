"""Bad input at each endpoint: refused with a problem that says why, and nothing follows of it."""

import json
from typing import Any

import pytest

from contracts.rma.events import CaseEvent, CaseFiled
from tests.support.ledger.story import ADRIA
from tests.support.rma.api_at_work import ADDRESS, CONTACT, CaseApi, a_report, bearer
from tests.support.rma.at_work import OTHER, SERIAL, anna, clerk

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAD_REPORTS: dict[str, dict[str, Any]] = {
    "no serial": {"serial": None},
    "a number": {"serial": 9033},
    "no device's": {"serial": "zz9033010203"},
    "of another vendor": {"serial": "001122334455"},
    "an unknown field": {"coverage": "doa"},
    "no defect": {"defect": " \n "},
    "a huge defect": {"defect": "x" * 4001},
    "an unseen character": {"defect": "a\u202eb"},
    "a NUL": {"defect": "a\x00b"},
    "nobody to reach": {"technical_contact": {"name": "Mia"}},
    "no mail address": {"technical_contact": CONTACT | {"email": "mia at home"}},
    "a script for a phone": {"technical_contact": CONTACT | {"phone": "<script>"}},
    "no country": {"shipping_address": ADDRESS | {"country": "Deutschland"}},
    "too many lines": {"shipping_address": ADDRESS | {"lines": ["a", "b", "c", "d"]}},
    "no lines": {"shipping_address": ADDRESS | {"lines": []}},
    "a line break in a line": {"shipping_address": ADDRESS | {"lines": ["a\nb"]}},
    "a long reference": {"reference": "x" * 65},
}
BAD_STEPS: dict[str, list[Any]] = {
    "receive": [None, {}, {"serial": "zz"}, {"serial": SERIAL, "more": 1}, []],
    "quote": [
        {"cents": 0, "currency": "EUR", "valid_until": "2999-01-01"},
        {"cents": 1.5, "currency": "EUR", "valid_until": "2999-01-01"},
        {"cents": "1", "currency": "EUR", "valid_until": "2999-01-01"},
        {"cents": 100_000_001, "currency": "EUR", "valid_until": "2999-01-01"},
        {"cents": 1, "currency": "euro", "valid_until": "2999-01-01"},
        {"cents": 1, "currency": "EUR", "valid_until": "2999-02-30"},
        {"cents": 1, "currency": "EUR", "valid_until": 1},
    ],
    "accept": [{"quote": 0}, {"quote": "1"}, {}],
    "decline": [{"quote": True}],
    "repair": [{"finding": ""}, {"finding": "x" * 201}, {"finding": "a\nb"}],
    "unrepairable": [{}],
    "replace": [{"replacement": SERIAL}, {"replacement": SERIAL, "finding": "x", "other_model": "yes"}],
    "send-in-advance": [{"replacement": SERIAL, "reason": "x", "carrier": "../x", "tracking_number": "1"}],
    "ship": [{"carrier": "DHL", "tracking_number": "<b>"}, {"carrier": "DHL"}],
    "charge": [{"invoice": "x" * 65}],
    "cancel": [{"reason": "x"}],
    "close": [{"at": "now"}],
    "reopen": [{}],
    "messages": [{"text": ""}, {"text": "x" * 4001}, {"text": "\u200b"}, {"text": 1}],
}
BAD_QUERIES = (
    "rmas?state=broken",
    "rmas?serial=xyz",
    "rmas?limit=0",
    "rmas?limit=201",
    "rmas?cursor=%21",
    "rmas?cursor=LTE",
    "rmas?company=me",
    "rmas?is_open=perhaps",
    "rmas?filed_before=yesterday",
    "rmas?coverage=doa",
    "rmas?at_least=0",
    "rmas?at_least=99999999999",
)
GRANT = f"companies/{ADRIA}/advance-replacement"
ENTRY = {"sequence": 1, "entry_hash": "ab" * 32}
PROPOSAL: dict[str, Any] = {"entries": [ENTRY], "law": "step_wrong", "reason": "x", "reference": "y"}
BAD_BODIES: dict[str, list[Any]] = {
    GRANT: [
        None,
        [],
        {},
        {"threshold": 3},
        {"threshold": 0, "reference": "SUP-9"},
        {"threshold": -1, "reference": "SUP-9"},
        {"threshold": 101, "reference": "SUP-9"},
        {"threshold": 10**400, "reference": "SUP-9"},
        {"threshold": 1.5, "reference": "SUP-9"},
        {"threshold": "3", "reference": "SUP-9"},
        {"threshold": True, "reference": "SUP-9"},
        {"threshold": None, "reference": "SUP-9"},
        {"threshold": 3, "reference": "SUP-9", "company": ADRIA},
        {"reference": ""},
        {"reference": "x" * 65},
        {"reference": "a\nb"},
        {"reference": 9},
    ],
    f"{GRANT}/withdrawal": [
        None,
        {},
        {"reference": "SUP-9"},
        {"reason": "Over."},
        {"reason": " ", "reference": "SUP-9"},
        {"reason": "x" * 201, "reference": "SUP-9"},
        {"reason": "a\u202eb", "reference": "SUP-9"},
        {"reason": "Over.", "reference": "SUP-9", "threshold": 0},
    ],
    "case-log/set-asides": [
        None,
        {},
        PROPOSAL | {"entries": []},
        PROPOSAL | {"entries": [1]},
        PROPOSAL | {"entries": [ENTRY] * 101},
        PROPOSAL | {"entries": [{"sequence": 0, "entry_hash": "ab" * 32}]},
        PROPOSAL | {"entries": [{"sequence": 10**30, "entry_hash": "ab" * 32}]},
        PROPOSAL | {"entries": [{"sequence": "1", "entry_hash": "ab" * 32}]},
        PROPOSAL | {"entries": [{"sequence": 1, "entry_hash": "AB" * 32}]},
        PROPOSAL | {"entries": [{"sequence": 1, "entry_hash": "ab"}]},
        PROPOSAL | {"entries": [{"sequence": 1, "entry_hash": "ab" * 32, "more": 1}]},
        PROPOSAL | {"law": "Step wrong"},
        PROPOSAL | {"law": "x" * 100},
        PROPOSAL | {"reason": ""},
        PROPOSAL | {"decision": ADRIA},
    ],
}
BAD_NUMBERS = ("0", "-1", "1.5", "x", "%00", "1%2f2", "9" * 30, "٣")
"""Of an entry, and of an attachment."""


async def test_what_is_wrong_with_a_report_is_said_and_nothing_is_filed_or_kept(cases: CaseApi) -> None:
    for what, change in BAD_REPORTS.items():
        answer = await cases.post("rmas", a_report() | change, anna)
        assert answer.status_code == 422, (what, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", what
    assert (await cases.asked("rmas"))["items"] == []
    assert await cases.kept() == []


async def test_what_is_no_json_or_too_much_is_refused(cases: CaseApi) -> None:
    head = bearer(anna) | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for content, status in ((b"{", 422), (b"[]", 422), (b'{"a": NaN}', 422), (b" " * 70_000, 413)):
        assert (await cases.client.post("/v1/rmas", content=content, headers=head)).status_code == status
    plain = head | {"Content-Type": "text/plain"}
    assert (await cases.client.post("/v1/rmas", content=b"x", headers=plain)).status_code == 415
    unkeyed = await cases.client.post("/v1/rmas", json=a_report(), headers=bearer(anna))
    assert unkeyed.json()["code"] == "idempotency_key_missing"
    assert (await cases.client.get("/v1/rmas")).status_code == 401


async def test_bad_steps_bad_queries_and_tricks_in_a_path_change_nothing(cases: CaseApi) -> None:
    rma = await cases.files()

    for step, bodies in BAD_STEPS.items():
        for body in bodies:
            answer = await cases.post(f"rmas/{rma}/{step}", body, clerk)
            assert answer.status_code == 422, (step, body, answer.text)
    for query in BAD_QUERIES:
        assert (await cases.get(query, clerk)).status_code == 422, query
    for path in ("rmas/..%2f..%2fetc", "rmas/%00", "rmas/rma-1", "rmas/RMA-2026-000001;", f"rmas/{rma}x", "rmas/a/b/c"):
        assert (await cases.get(path, clerk)).status_code == 404, path
    assert (await cases.get(f"rmas/{rma}/slip?paper=A4&paper=A5")).status_code == 422
    assert (await cases.get("companies/me/advance-replacement", clerk)).json()["code"] == "company_unknown"
    assert (await cases.refuses("companies/me/advance-replacement", {"reference": "x"}))["code"] == "company_unknown"
    assert (await cases.case(rma))["state"] == "authorised"


async def test_bad_entitlements_decisions_and_numbers_change_nothing(cases: CaseApi) -> None:
    rma = await cases.files()

    for path, bodies in BAD_BODIES.items():
        for body in bodies:
            answer = await cases.post(path, body, clerk)
            assert answer.status_code == 422, (path, body, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    for number in BAD_NUMBERS:
        for path in (f"entries/{number}/texts", f"rmas/{rma}/attachments/{number}"):
            assert (await cases.get(path, clerk)).status_code in {404, 422}, path
        assert (await cases.delete(f"entries/{number}/texts")).status_code in {404, 422}
    assert (await cases.get(f"entries/{10**9}/texts", clerk)).json()["code"] == "entry_not_found"
    for decision in ("me", ADRIA.upper(), "%00", f"{ADRIA}x"):
        refused = await cases.post(f"case-log/set-asides/{decision}/approval", None, clerk)
        assert refused.status_code == 404, (decision, refused.text)
    entitlement = await cases.asked(f"companies/{ADRIA}/advance-replacement", clerk)
    assert (entitlement["entitled"], entitlement["sequence"]) == (False, None)
    assert (await cases.asked("case-log/stop", clerk))["waiting"] == []
    assert [type(event) for event in await cases.desk.events()] == [CaseFiled]


async def test_a_bad_line_of_many_is_answered_by_itself_and_the_others_go_on(cases: CaseApi) -> None:
    rma = await cases.files()
    receive = {"name": "receive-device", "rma": rma, "serial": SERIAL}
    grant = {"name": "grant-advance-replacement", "company": ADRIA, "reference": "SUP-9"}
    bad: list[Any] = [
        receive | {"serial": "zz"},
        receive | {"serial": None},
        receive | {"more": 1},
        receive | {"rma": None},
        receive | {"rma": f"{rma}/../{rma}"},
        receive | {"rma": 1},
        receive | {"name": "receive_device"},
        receive | {"name": 1},
        receive | {"name": "get-case"},
        receive | {"name": "attach-file", "file_name": "../x"},
        {},
        grant | {"threshold": 0},
        grant | {"threshold": 10**400},
        grant | {"company": f"{ADRIA}/.."},
        grant | {"company": "me"},
        {"name": "file-case", **a_report(OTHER, coverage="doa")},
        {"name": "file-case", **a_report(OTHER, defect="x" * 4001)},
        {"name": "propose-setting-aside", **PROPOSAL, "law": "Step wrong"},
        {"name": "write-message", "rma": rma, "text": "\u200b"},
    ]
    lines = [json.dumps({"idempotency_key": f"bad-{number}", "command": one}) for number, one in enumerate(bad)]
    lines += ["{", "[]", "null", '{"a": NaN}', "\x00", '{"command": {}}', '{"idempotency_key": "", "command": {}}']
    lines += [
        json.dumps({"idempotency_key": "long", "command": receive | {"more": "x" * 60_000}}),
        json.dumps({"idempotency_key": "right", "command": receive}),
    ]

    answer = await cases.client.post("/v1/commands", content="\n".join(lines), headers=bearer(clerk))

    told = [json.loads(one) for one in answer.text.splitlines()]
    assert [one["line"] for one in told] == list(range(1, len(lines) + 1))
    assert {one["status"] for one in told[:-1]} <= {404, 422}
    assert told[-1]["status"] == 201
    assert [event.step for event in await cases.desk.events() if isinstance(event, CaseEvent)] == ["file", "receive"]
