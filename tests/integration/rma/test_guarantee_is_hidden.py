"""Rule F4: who acts for an end customer can't tell by any byte whether a device has a guarantee."""

import re
from collections.abc import AsyncIterator

import pypdfium2
import pytest

from tests.support.ledger import story, story_catalog
from tests.support.rma.api_at_work import CaseApi, a_report, gus
from tests.support.rma.at_work import SERIAL, anna, clerk, days_ago

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPIRED, NEVER_DELIVERED = "009033010207", "009033010208"
DIFFERING = (
    (r"RMA-[0-9]{4}-[0-9]{6}", "RMA"),
    (r"009033[0-9a-f]{6}", "SERIAL"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "TIME"),
    (r"[0-9a-f]{64}", "COMMAND"),
    (r'"correlation_id":"[0-9a-f]{32}"', "CORRELATION"),
    (r'"(ledger_|filed_|at_)?sequence": ?[0-9]+', "SEQUENCE"),
)
"""What two cases differ in anyway."""


async def two_more_devices(cases: CaseApi) -> None:
    """Beside the one with a guarantee, a device whose guarantee has ended, and one that has none."""
    old = story_catalog.register(story_catalog.delivered(EXPIRED, on=days_ago(900)))
    await cases.desk.ledger_does((old, clerk), (story.add(EXPIRED), anna), (story.add(NEVER_DELIVERED), anna))


async def everything(cases: CaseApi, serial: str) -> AsyncIterator[str]:
    """All that an end customer is answered about a case, from filing it to its end, without what differs anyway."""
    filed = await cases.post("rmas", a_report(serial, reference="PO-7"), gus)
    rma = filed.json()["rma"]
    yield normal(filed.text)
    async for text in looked(cases, rma):
        yield text
    received = await cases.does(rma, "receive", {"serial": serial})
    await cases.case(rma, gus, received)
    async for text in looked(cases, rma):
        yield text


async def looked(cases: CaseApi, rma: str) -> AsyncIterator[str]:
    """The answers to all that one may ask of a case and try with it."""
    for path in (f"rmas/{rma}", f"rmas?rma={rma}", f"rmas/{rma}/history", f"rmas/{rma}/messages"):
        answer = await cases.get(path, gus)
        assert answer.status_code == 200, answer.text
        head = sorted(name for name in answer.headers if name not in {"date", "content-length"})
        yield f"{head} {normal(answer.text)}"
    page = pypdfium2.PdfDocument((await cases.get(f"rmas/{rma}/slip", gus)).content)[0]
    yield normal(page.get_textpage().get_text_bounded())
    again = await cases.post("rmas", a_report((await cases.case(rma, gus))["serial"]), gus)
    yield normal(again.text)
    for step, body in STEPS.items():
        yield normal((await cases.post(f"rmas/{rma}/{step}", body, gus)).text)


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


def normal(text: str) -> str:
    for pattern, name in DIFFERING:
        text = re.sub(pattern, name, text)
    return text


async def test_two_devices_that_differ_only_in_their_guarantee_are_answered_alike(cases: CaseApi) -> None:
    await cases.guests()
    await two_more_devices(cases)

    covered, expired, unknown = [
        [text async for text in everything(cases, serial)] for serial in (SERIAL, EXPIRED, NEVER_DELIVERED)
    ]

    assert covered == expired == unknown
    assert "coverage" not in "".join(covered)
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
