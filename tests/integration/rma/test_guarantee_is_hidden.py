"""Rule F4: who acts for an end customer can't tell by any byte whether a device has a guarantee."""

import re
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pypdfium2
import pytest

from tests.support.ledger import story, story_catalog
from tests.support.rma.api_at_work import CaseApi, a_report, gus
from tests.support.rma.at_work import SERIAL, anna, clerk, days_ago
from tests.support.rma.work_watched import lines_noted, note_statements

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPIRED, NEVER_DELIVERED = "009033010207", "009033010208"
DIFFERING = (
    (r"RMA-[0-9]{4}-[0-9]{6}", "RMA"),
    (r"009033[0-9a-f]{6}", "SERIAL"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "TIME"),
    (r"[0-9a-f]{64}", "COMMAND"),
    (r"\b[0-9a-f]{32}\b", "CORRELATION"),
    (r'"(ledger_|filed_|at_)?sequence": ?[0-9]+', "SEQUENCE"),
)
"""What two cases differ in anyway."""


async def two_more_devices(cases: CaseApi) -> None:
    """Beside the one with a guarantee, a device whose guarantee has ended, and one that has none."""
    old = story_catalog.register(story_catalog.delivered(EXPIRED, on=days_ago(900)))
    await cases.desk.ledger_does((old, clerk), (story.add(EXPIRED), anna), (story.add(NEVER_DELIVERED), anna))


async def everything(cases: CaseApi, serial: str, lines: Counter[str]) -> AsyncIterator[str]:
    """All that an end customer is answered about a case, from filing it to its end, without what differs anyway.

    `lines` counts what runs for a case that is filed, and for one that has been read before.
    """
    with lines_noted(lines):
        filed = await cases.post("rmas", a_report(serial, reference="PO-7"), gus)
    rma = filed.json()["rma"]
    yield said(filed)
    for text in [*await read(cases, rma), *await tried(cases, rma)]:
        yield text
    received = await cases.does(rma, "receive", {"serial": serial})
    await cases.case(rma, gus, received)
    with lines_noted(lines):
        texts = await read(cases, rma)
    for text in [*texts, *await tried(cases, rma)]:
        yield text


async def read(cases: CaseApi, rma: str) -> list[str]:
    """The answers to all that one may ask of a case."""
    texts: list[str] = []
    for path in (f"rmas/{rma}", f"rmas?rma={rma}", f"rmas/{rma}/history", f"rmas/{rma}/messages"):
        answer = await cases.get(path, gus)
        assert answer.status_code == 200, answer.text
        texts.append(said(answer))
    page = pypdfium2.PdfDocument((await cases.get(f"rmas/{rma}/slip", gus)).content)[0]
    return [*texts, normal(page.get_textpage().get_text_bounded())]


async def tried(cases: CaseApi, rma: str) -> list[str]:
    """The answers to all that one may try with a case."""
    again = await cases.post("rmas", a_report((await cases.case(rma, gus))["serial"]), gus)
    steps = [await cases.post(f"rmas/{rma}/{step}", body, gus) for step, body in STEPS.items()]
    return [said(again), *map(said, steps)]


STEPS = {
    "receive": {"serial": SERIAL},
    "quote": {"cents": 1, "currency": "EUR", "valid_until": "2999-01-01"},
    "accept": {"quote": 1},
    "decline": {"quote": 1},
    "repair": {"finding": "Works."},
    "replace": {"replacement": SERIAL, "finding": "Works."},
    "ship": {"carrier": "DHL", "tracking_number": "1"},
    "charge": {"invoice": "IN-1"},
    "close": None,
    "reopen": {"reason": "Works."},
}


def said(answer: httpx.Response) -> str:
    """All of an answer but how long it is, which the text says, and when it was given."""
    heads = sorted((name, head) for name, head in answer.headers.items() if name not in {"date", "content-length"})
    return normal(f"{answer.status_code} {heads} {answer.text}")


def normal(text: str) -> str:
    for pattern, name in DIFFERING:
        text = re.sub(pattern, name, text)
    return text


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What the API that starts next asks its database."""
    asked = Counter[str]()
    note_statements(monkeypatch, asked)
    return asked


async def test_two_devices_that_differ_only_in_their_guarantee_are_answered_alike_and_by_the_same_work(
    statements: Counter[str], cases: CaseApi
) -> None:
    """By the same statements and lines, each as often, so that no time tells the guarantee either."""
    await cases.guests()
    await two_more_devices(cases)

    answers: list[list[str]] = []
    asked: list[dict[str, int]] = []
    run: list[dict[str, int]] = []
    for serial in (SERIAL, EXPIRED, NEVER_DELIVERED):
        statements.clear()
        lines = Counter[str]()
        answers.append([text async for text in everything(cases, serial, lines)])
        asked.append(dict(statements))
        run.append(dict(lines))

    assert answers[0] == answers[1] == answers[2]
    assert asked[0] == asked[1] == asked[2]
    assert run[0] == run[1] == run[2]
    assert any("FROM cases" in statement for statement in asked[0])
    assert any("case_views.py" in line for line in run[0])
    assert "coverage" not in "".join(answers[0])
    assert {one["coverage"] for one in (await cases.asked("rmas", clerk))["items"]} == {"warranty", "chargeable"}


async def test_a_partner_and_a_reseller_who_is_a_guest_read_who_pays(cases: CaseApi) -> None:
    await cases.guests("reseller")
    rma = await cases.files()
    await cases.until_status(f"rmas/{rma}", gus, 200)

    assert (await cases.case(rma, anna))["coverage"] == "warranty"
    assert (await cases.case(rma, gus))["coverage"] == "warranty"


async def test_a_finding_and_a_reason_of_staff_are_not_for_end_customers(cases: CaseApi) -> None:
    await cases.guests()
    rma = await cases.files()
    await cases.until_status(f"rmas/{rma}", gus, 200)
    await cases.does(rma, "receive", {"serial": SERIAL})
    repaired = await cases.does(rma, "repair", {"finding": "Free of charge, as the warranty runs."})

    assert "warranty" not in (await cases.get(f"rmas/{rma}?at_least={repaired}", gus)).text
    assert "warranty" not in (await cases.get(f"rmas/{rma}/history", gus)).text
    assert (await cases.case(rma, anna))["finding"].startswith("Free")


async def test_an_end_customer_reads_that_a_quote_follows_once_a_clerk_has_quoted(cases: CaseApi) -> None:
    await cases.guests()
    await two_more_devices(cases)
    rma = await cases.files(EXPIRED, gus)
    assert (await cases.case(rma, gus))["answer"] == "accepted"
    await cases.does(rma, "receive", {"serial": EXPIRED})
    quoted = await cases.does(rma, "quote", {"cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"})

    case = await cases.case(rma, gus, quoted)
    assert (case["answer"], case["expected"], case["steps"]) == ("quote_follows", "answer_quote", ["accept", "decline"])
    assert case["quote"] == {"entry": quoted, "cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"}
    consented = await cases.does(rma, "accept", {"quote": quoted}, gus)
    assert (await cases.case(rma, clerk, consented))["expected"] == "repair"
