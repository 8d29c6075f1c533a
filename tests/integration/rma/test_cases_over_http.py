"""Cases over HTTP: filed, read, and taken step by step, with the real writer and the real rows."""

import asyncio
import json
from typing import Any

import pytest

from contracts.actors import Account
from contracts.log.envelope import entry_hash
from contracts.rma.entries import RMA_ENTRIES
from contracts.topics import CASE_EVENTS
from runtime.kafka import Producer
from tests.support.ledger import story, story_members
from tests.support.ledger.projector_at_work import until
from tests.support.ledger.story import ADRIA, VENDOR
from tests.support.rma.api_at_work import CONTACT, WAIT_SECONDS, CaseApi, a_report, bearer, gus
from tests.support.rma.at_work import OTHER, SERIAL, SPARE, SPARE_2, Desk, anna, ben, clerk, second_clerk

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHIPMENT = {"carrier": "DHL", "tracking_number": "00340434161094042557"}
UNCOVERED = "009033010208"
"""Of a hotel's device without a day of delivery."""
QUOTE = {"cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"}


def reasons(case: dict[str, Any]) -> dict[str, str]:
    """Why steps of a case are not possible now."""
    return {one["step"]: one["code"] for one in case["refused_steps"]}


async def facts_of(cases: CaseApi, rma: str, who: Account) -> list[tuple[str, dict[str, Any]]]:
    """The steps of a case, each with what its entry says to somebody."""
    return [(one["step"], one["facts"]) for one in (await cases.asked(f"rmas/{rma}/history", who))["items"]]


async def test_a_case_is_filed_and_read_by_both_sides(cases: CaseApi) -> None:
    rma = await cases.files(reference="PO-7")

    case = await cases.case(rma)
    assert (case["state"], case["answer"], case["expected"], case["steps"]) == (
        "authorised",
        "accepted",
        "send_device",
        ["cancel"],
    )
    assert case["reference"] == "PO-7"
    assert case["request"]["defect"] == a_report()["defect"]
    assert case["request"]["administrative_contact"] == CONTACT
    assert case["coverage"] == "warranty"
    seen = await cases.case(rma, clerk)
    assert seen["expected"] == "receive"
    assert seen["steps"] == ["cancel", "receive"]
    assert reasons(case) == {"accept": "bad_transition", "decline": "bad_transition"}
    assert reasons(seen)["send_in_advance"] == "advance_not_entitled"
    assert reasons(seen)["repair"] == "bad_transition"


async def test_a_repair_is_followed_to_its_end(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.does(rma, "receive", {"serial": SERIAL})
    await cases.does(rma, "repair", {"finding": "A capacitor was replaced."})
    await cases.does(rma, "ship", SHIPMENT)
    end = await cases.does(rma, "close")

    case = await cases.case(rma, at_least=end)
    assert case["state"] == "closed"
    assert case["finding"] == "A capacitor was replaced."
    assert case["shipment"] == {"serial": SERIAL, **SHIPMENT}
    assert case["expected"] is None
    history = (await cases.asked(f"rmas/{rma}/history"))["items"]
    assert [entry["step"] for entry in history] == ["file", "receive", "repair", "ship", "close"]
    assert history[2]["facts"] == {"finding": "A capacitor was replaced."}
    assert all(entry["ledger_sequence"] > 0 for entry in history)


async def test_a_replacement_moves_the_licenses_and_shows_in_the_case(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.does(rma, "receive", {"serial": SERIAL})
    await cases.does(rma, "replace", {"replacement": SPARE, "finding": "The board is burnt."})

    case = await cases.until(rma, "replaced")

    swap = (await cases.desk.view()).swaps[rma]
    assert (case["replacement"], case["swapped"], case["swap_sequence"]) == (SPARE, True, swap.sequence)
    assert case["expected"] == "ship"
    told = (await cases.asked(f"rmas/{rma}/history"))["items"][-1]
    assert told["facts"]["swap_sequence"] == swap.sequence
    before = await cases.asked(f"rmas/{rma}?as_of={told['sequence'] - 1}")
    assert (before["swapped"], before["swap_sequence"]) == (False, None)


async def test_what_the_ledger_refuses_is_a_state_that_the_clerk_acts_on(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.does(rma, "receive", {"serial": SERIAL})
    await cases.does(rma, "replace", {"replacement": OTHER, "finding": "The board is burnt."})

    case = await cases.until(rma, "swap_refused")
    assert case["swap_refusal"] == "replacement_not_blank"
    assert case["expected"] == "replace"
    assert "swap_refusal" not in await cases.case(rma)

    await cases.does(rma, "replace", {"replacement": SPARE, "finding": "The board is burnt."})
    assert (await cases.until(rma, "replaced"))["swap_refusal"] is None


async def test_a_device_that_was_replaced_in_advance_is_owed_and_settled(cases: CaseApi) -> None:
    first = await cases.post(f"companies/{ADRIA}/advance-replacement", {"threshold": 1, "reference": "SUP-9"}, clerk)
    assert first.status_code == 201, first.text
    rma = await cases.files()
    await cases.does(rma, "send-in-advance", {"replacement": SPARE, "reason": "Contract.", **SHIPMENT})
    owed = await cases.until(rma, "replacement_shipped")

    debt = await cases.asked(f"companies/{ADRIA}/advance-replacement")
    assert debt["entitled"] is True
    assert [one["rma"] for one in debt["owed"]] == [rma]
    assert debt["reference"] is None
    assert (await cases.asked(f"companies/{ADRIA}/advance-replacement", clerk))["reference"] == "SUP-9"
    assert debt["owed"][0]["expected"] == "return_device"
    assert owed["overdue_on"] > owed["filed"][:10]

    second = await cases.files(OTHER)
    problem = await cases.refuses(
        f"rmas/{second}/send-in-advance", {"replacement": SPARE_2, "reason": "Contract.", **SHIPMENT}
    )
    assert (problem["status"], problem["code"], problem["cases"]) == (409, "returns_owed", rma)
    told = {one["step"]: one for one in (await cases.case(second, clerk))["refused_steps"]}["send_in_advance"]
    assert (told["code"], told["facts"]) == ("returns_owed", {"cases": rma, "threshold": 1})
    assert "send_in_advance" not in reasons(await cases.case(second))

    settled = await cases.does(rma, "receive", {"serial": SERIAL})
    assert (await cases.case(rma, at_least=settled))["state"] == "closed"
    assert (await cases.asked(f"companies/{ADRIA}/advance-replacement"))["owed"] == []


async def test_a_quote_is_answered_by_the_requester(cases: CaseApi) -> None:
    rma = await cases.files(OTHER)
    await cases.does(rma, "receive", {"serial": OTHER})
    refused = await cases.refuses(f"rmas/{rma}/quote", {"cents": 1, "currency": "EUR", "valid_until": "2999-01-01"})
    assert refused["code"] == "bad_transition"
    assert refused["possible"] == "repair, unrepairable, replace"


async def test_a_declined_quote_sends_the_device_back_as_it_is(cases: CaseApi) -> None:
    await cases.guests()
    await cases.desk.ledger_does((story.add(UNCOVERED), anna))
    rma = await cases.files(UNCOVERED)
    await cases.does(rma, "receive", {"serial": UNCOVERED})
    quote = await cases.does(rma, "quote", QUOTE)
    declined = await cases.does(rma, "decline", {"quote": quote}, anna)

    told = {who: await cases.case(rma, who, declined) for who in (anna, gus, clerk)}
    assert [(one["state"], one["expected"]) for one in told.values()] == [
        ("declined", None),
        ("declined", None),
        ("declined", "ship"),
    ]
    assert told[clerk]["steps"] == ["ship"]
    assert reasons(told[clerk])["repair"] == "bad_transition"

    shipped = await cases.does(rma, "ship", SHIPMENT)

    for who in (anna, gus, clerk):
        case = await cases.case(rma, who, shipped)
        assert (case["state"], case["shipment"]["serial"], case["replacement"]) == ("shipped", UNCOVERED, None)
        assert case["quote"] == {"entry": quote, **QUOTE}
        assert (await facts_of(cases, rma, who))[2:] == [
            ("quote", QUOTE),
            ("decline", {"quote": quote}),
            ("ship", {"serial": UNCOVERED, **SHIPMENT}),
        ]


async def test_what_cannot_be_repaired_goes_back_and_a_case_is_taken_up_again_where_it_stood(cases: CaseApi) -> None:
    await cases.guests()
    finding, reason = "The board is burnt through.", "It came back by mistake."
    rma = await cases.files()
    await cases.does(rma, "receive", {"serial": SERIAL})
    await cases.does(rma, "unrepairable", {"finding": finding})
    await cases.does(rma, "ship", SHIPMENT)
    closed = await cases.does(rma, "close")
    assert (await cases.case(rma, at_least=closed))["state"] == "closed"
    assert (await cases.refuses(f"rmas/{rma}/reopen", {"reason": reason}, anna))["code"] == "no_right"

    reopened = await cases.does(rma, "reopen", {"reason": reason})

    told = {who: await cases.case(rma, who, reopened) for who in (anna, gus, clerk)}
    assert [(one["state"], one["expected"]) for one in told.values()] == [
        ("shipped", None),
        ("shipped", None),
        ("shipped", "close"),
    ]
    assert [one.get("finding") for one in told.values()] == [finding, None, finding]
    for who, facts in ((anna, {"reason": reason}), (gus, {}), (clerk, {"reason": reason})):
        said = await facts_of(cases, rma, who)
        assert said[2] == ("unrepairable", {"finding": finding} if facts else {})
        assert said[3:] == [("ship", {"serial": SERIAL, **SHIPMENT}), ("close", {}), ("reopen", facts)]
    assert (await cases.refuses("rmas", a_report(), anna))["rma"] == rma, "it is the open case of its device again"
    again = await cases.does(rma, "close")
    assert (await cases.case(rma, at_least=again))["state"] == "closed"


async def test_a_withdrawn_entitlement_ends_replacements_in_advance_and_what_is_owed_stays_owed(cases: CaseApi) -> None:
    path = f"companies/{ADRIA}/advance-replacement"
    ended = {"reason": "The contract ended.", "reference": "SUP-10"}
    advance = {"reason": "Contract.", **SHIPMENT}
    granted = await cases.post(path, {"reference": "SUP-9"}, clerk)
    assert (await cases.asked(f"{path}?at_least={granted.json()['sequence']}"))["threshold"] == 3
    owing, second = await cases.files(), await cases.files(OTHER)
    await cases.does(owing, "send-in-advance", {"replacement": SPARE, **advance})
    await cases.until(owing, "replacement_shipped")
    assert "send_in_advance" in (await cases.case(second, clerk))["steps"]

    withdrawn = await cases.post(f"{path}/withdrawal", ended, clerk)
    assert withdrawn.status_code == 201, withdrawn.text

    for who, said in ((anna, dict.fromkeys(ended)), (clerk, ended)):
        now = await cases.asked(f"{path}?at_least={withdrawn.json()['sequence']}", who)
        assert (now["entitled"], now["threshold"], [one["rma"] for one in now["owed"]]) == (False, None, [owing])
        assert {name: now[name] for name in ended} == said
    refused = await cases.refuses(f"rmas/{second}/send-in-advance", {"replacement": SPARE_2, **advance})
    assert (refused["status"], refused["code"]) == (403, "advance_not_entitled")
    assert reasons(await cases.case(second, clerk))["send_in_advance"] == "advance_not_entitled"
    assert (await cases.refuses(f"{path}/withdrawal", ended))["code"] == "advance_not_entitled"
    settled = await cases.does(owing, "receive", {"serial": SERIAL})
    assert (await cases.asked(f"{path}?at_least={settled}"))["owed"] == []


async def test_the_same_key_with_the_same_body_files_one_case(cases: CaseApi) -> None:
    answers = await asyncio.gather(*(cases.post("rmas", a_report(), key="once") for _ in range(5)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    other = await cases.post("rmas", a_report(defect="Something else."), key="once")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    another_device = await cases.post("rmas", a_report(OTHER), key="once")
    assert another_device.json()["code"] == "idempotency_key_reused"
    rma = answers[0].json()["rma"]
    assert (await cases.case(rma))["request"]["defect"] == a_report()["defect"]


async def test_a_second_case_for_a_device_is_refused_and_keeps_nothing_of_what_was_said(cases: CaseApi) -> None:
    rma = await cases.files()

    refused = await cases.refuses("rmas", a_report(defect="Again."), anna)

    assert (refused["status"], refused["code"], refused["rma"]) == (409, "rma_open_for_device", rma)
    assert await cases.kept() == [a_report()["defect"]]


async def test_a_revoked_right_stops_working_at_once(cases: CaseApi) -> None:
    await cases.guests()
    rma = await cases.files()
    await cases.until_status(f"rmas/{rma}", gus, 200)

    await cases.desk.ledger_does((story_members.revoke(gus.account, gus.company, "rma", "view"), anna))

    async with asyncio.timeout(1):
        await cases.until_status(f"rmas/{rma}", gus, 404)
    assert (await cases.refuses(f"rmas/{rma}/cancel", None, gus))["code"] == "rma_unknown"


async def test_strangers_see_no_case_and_learn_nothing_of_it(cases: CaseApi) -> None:
    rma = await cases.files()

    for path in (f"rmas/{rma}", f"rmas/{rma}/history", f"rmas/{rma}/slip", f"rmas/{rma}/messages"):
        known, unknown = await cases.get(path, ben), await cases.get(path.replace(rma, "RMA-2026-999999"), ben)
        assert known.status_code == unknown.status_code == 404
        assert known.content == unknown.content
    assert (await cases.asked("rmas", ben))["items"] == []
    assert (await cases.get(f"companies/{ADRIA}/advance-replacement", ben)).status_code == 404


async def test_the_queue_is_found_by_all_that_one_knows(cases: CaseApi) -> None:
    first = await cases.files(reference="PO-7")
    second = await cases.files(OTHER)
    received = await cases.does(second, "receive", {"serial": OTHER})

    async def found(query: str) -> list[str]:
        page = await cases.asked(f"rmas?at_least={received}&{query}", clerk)
        return [one["rma"] for one in page["items"]]

    assert await found("") == [first, second]
    assert await found("state=received") == [second]
    assert await found("is_open=true&owed=false") == [first, second]
    assert await found(f"rma={first}") == [first]
    assert await found(f"serial={SERIAL[-3:]}") == [first]
    assert await found(f"serial={SERIAL[5:]}") == [first]
    assert await found("serial=00-90-33") == [first, second]
    assert await found("serial=fff") == []
    assert await found(f"company={ADRIA}") == [first, second]
    assert await found("reference=PO-7") == [first]
    assert await found("filed_before=2026-01-01") == []
    page = await cases.asked("rmas?limit=1", clerk)
    rest = await cases.asked(f"rmas?limit=1&cursor={page['next']}", clerk)
    assert [one["rma"] for one in page["items"] + rest["items"]] == [first, second]
    assert rest["next"] is None
    assert await found("order=newest_first") == [second, first]
    assert await found("order=newest_first&serial=00-90-33") == [second, first]
    newest = await cases.asked("rmas?limit=1&order=newest_first", clerk)
    rest = await cases.asked(f"rmas?limit=1&order=newest_first&cursor={newest['next']}", clerk)
    assert [one["rma"] for one in newest["items"] + rest["items"]] == [second, first]


async def test_a_case_is_read_as_it_was_and_only_when_it_has_changed(cases: CaseApi) -> None:
    rma = await cases.files()
    received = await cases.does(rma, "receive", {"serial": SERIAL})

    now = await cases.get(f"rmas/{rma}?at_least={received}")
    again = await cases.get(f"rmas/{rma}", if_none_match=now.headers["etag"])
    then = await cases.get(f"rmas/{rma}?as_of={received - 1}")

    assert again.status_code == 304
    assert now.json()["state"] == "received"
    assert then.json()["state"] == "authorised"
    assert then.json()["steps"] == then.json()["refused_steps"] == []
    assert (await cases.get(f"rmas/{rma}?as_of=2020-01-01")).status_code == 404
    assert (await cases.get(f"rmas/{rma}?as_of={received + 100_000_000}")).json()["code"] == "entry_to_come"


async def test_the_slip_is_a_page_on_either_paper(cases: CaseApi) -> None:
    rma = await cases.files()

    a4, letter = [await cases.get(f"rmas/{rma}/slip?paper={paper}") for paper in ("A4", "Letter")]

    assert a4.headers["content-type"] == letter.headers["content-type"] == "application/pdf"
    assert a4.content.startswith(b"%PDF-")
    assert a4.content != letter.content
    assert (await cases.get(f"rmas/{rma}/slip?paper=a3")).status_code == 422


async def test_many_boxes_are_filed_in_one_request(cases: CaseApi) -> None:
    lines = [
        {"idempotency_key": f"box-{serial}", "command": {"name": "file-case", **a_report(serial)}}
        for serial in (SERIAL, OTHER, SPARE)
    ]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    answer = await cases.client.post("/v1/commands", content=body, headers=bearer(anna))

    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [one["status"] for one in told] == [201, 201, 404]
    assert told[0]["answer"]["rma"] != told[1]["answer"]["rma"]
    assert told[2]["problem"]["code"] == "device_unknown"


async def test_two_of_the_staff_set_a_forged_entry_aside_and_every_reader_of_cases_goes_on(cases: CaseApi) -> None:
    await cases.desk.ledger_does((story_members.member(second_clerk.account, VENDOR, administrator=True), clerk))
    rma = await cases.files()
    forged = await filed_once_more(cases.desk)
    named = {"sequence": 2, "entry_hash": entry_hash(forged)}

    async def is_stopped() -> bool:
        return (await cases.asked("case-log/stop", clerk))["stopped"] is not None

    await until(is_stopped, WAIT_SECONDS)
    stop = await cases.asked("case-log/stop", clerk)
    assert {**named, "law": "case_exists"}.items() <= stop["stopped"].items()

    async def takes_no_steps() -> bool:
        refused = await cases.post(f"rmas/{rma}/receive", {"serial": SERIAL}, clerk, "receive")
        return (refused.status_code, refused.json()["code"]) == (503, "log_stopped")

    await until(takes_no_steps, WAIT_SECONDS)

    said = {"entries": [named], "law": "case_exists", "reason": "Forged", "reference": "INC-1"}
    proposed = await cases.post("case-log/set-asides", said, clerk)
    path = proposed.headers["Location"].removeprefix("/v1/") + "/approval"

    async def waits() -> bool:
        waiting = (await cases.asked("case-log/stop", clerk))["waiting"]
        return [(one["decision"], one["reason"]) for one in waiting] == [(proposed.json()["decision"], "Forged")]

    await until(waits, WAIT_SECONDS)
    assert (await cases.refuses(path))["code"] == "second_person_needed"
    approved = await cases.post(path, None, second_clerk)
    assert approved.status_code == 201, approved.text

    again = await cases.post(f"rmas/{rma}/receive", {"serial": SERIAL}, clerk, "receive")
    assert again.status_code == 201, again.text
    await cases.does(rma, "replace", {"replacement": SPARE, "finding": "The board is burnt."})
    await cases.until(rma, "replaced")
    assert not await is_stopped()
    history = (await cases.asked(f"rmas/{rma}/history"))["items"]
    assert [(entry["sequence"], entry["step"]) for entry in history] == [
        (1, "file"),
        (5, "receive"),
        (6, "replace"),
        (7, "swapped"),
    ]


async def filed_once_more(desk: Desk) -> bytes:
    """Somebody appends the newest entry's event again, which links and breaks a law."""
    values = await desk.records(CASE_EVENTS)
    newest = RMA_ENTRIES.decode(values[-1])
    value = RMA_ENTRIES.encode(
        newest.data,
        source=newest.source,
        sequence=len(values) + 1,
        prev=entry_hash(values[-1]),
        at=newest.time,
        command_id="f" * 64,
        command_hash="f" * 64,
        actor="service:somebody",
        correlation_id="forged",
    )
    async with Producer(desk.topics.connection(), client_id="somebody") as producer:
        key = str(desk.ledger).encode()
        await producer.send_many(desk.topics.name(CASE_EVENTS), desk.ledger, [(key, value, ())])
    return value
