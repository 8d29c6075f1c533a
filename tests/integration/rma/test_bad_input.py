"""Bad input at each endpoint: refused with a problem that says why, and nothing follows of it."""

from typing import Any

import pytest

from tests.support.rma.api_at_work import ADDRESS, CONTACT, CaseApi, a_report, bearer
from tests.support.rma.at_work import SERIAL, anna, clerk

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
