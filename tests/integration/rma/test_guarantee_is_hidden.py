"""Rule F4: who acts for an end customer can't tell by any byte whether a device has a guarantee."""

import json
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, NamedTuple

import httpx
import pypdfium2
import pytest

from contracts.actors import Account
from contracts.commands.companies import RegisterCompany
from contracts.identifiers import derived_id
from tests.support.ledger import story, story_catalog
from tests.support.ledger.story import HOTEL
from tests.support.rma.api_at_work import CaseApi, a_report, gus
from tests.support.rma.at_work import OTHER, SERIAL, anna, clerk, days_ago
from tests.support.rma.work_watched import lines_noted, note_statements

pytestmark = pytest.mark.asyncio(loop_scope="module")

eva = Account(account=derived_id("eva", "account"), company=derived_id("owners", "company"))
"""Administers an end customer's company, whose project has devices of its own."""
VILLA = derived_id("villa", "project")
DELIVERED = {"doa": 10, "warranty": 40, "expired": 900, "covered": 40}
"""Days ago; the others were never delivered."""
GUARANTEES = ("doa", "warranty", "expired", "undelivered", "covered", "uncovered")
SPARES = [f"0090330103{number:02x}" for number in range(8)]
DIFFERING = (
    (r"RMA-[0-9]{4}-[0-9]{6}", "RMA"),
    (r"009033[0-9a-f]{6}", "SERIAL"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "TIME"),
    (r"[0-9a-f]{64}", "COMMAND"),
    (r"\b[0-9a-f]{32}\b", "CORRELATION"),
    (r'"((ledger_|filed_|at_|swap_)?sequence|entry|quote|number)": ?"?[0-9]+"?', "NUMBER"),
    (r"as_of=[0-9]+", "AS_OF"),
)
"""What two cases differ in anyway."""
SHIPMENT = {"carrier": "DHL", "tracking_number": "1"}
TRIED: dict[str, tuple[str, dict[str, Any]]] = {
    "receive": ("receive-device", {"serial": SERIAL}),
    "quote": ("quote-repair", {"cents": 1, "currency": "EUR", "valid_until": "2999-01-01"}),
    "accept": ("accept-quote", {"quote": 1}),
    "decline": ("decline-quote", {"quote": 1}),
    "repair": ("record-repair", {"finding": "Works."}),
    "unrepairable": ("declare-unrepairable", {"finding": "Works."}),
    "replace": ("order-replacement", {"replacement": SERIAL, "finding": "Works."}),
    "send-in-advance": ("send-in-advance", {"replacement": SERIAL, "reason": "Works.", **SHIPMENT}),
    "ship": ("ship-device", SHIPMENT),
    "charge": ("charge-debt", {"invoice": "IN-1"}),
    "close": ("close-case", {}),
    "reopen": ("reopen-case", {"reason": "Works."}),
}
"""Every step but cancelling, by its path, with the command of a line in bulk and what its body says."""


class Viewer(NamedTuple):
    """Who acts for an end customer, and whose devices in which project are looked at."""

    who: Account
    owner: Account
    project: str


GUEST, OWNER = Viewer(gus, anna, HOTEL), Viewer(eva, eva, VILLA)
DEVICES = {name: f"00903301021{number}" for number, name in enumerate(GUARANTEES)}
"""By their guarantee, in which alone they differ."""


async def come(cases: CaseApi, viewer: Viewer) -> None:
    """The end customer, the devices, and spare ones."""
    days = {DEVICES[name]: ago for name, ago in DELIVERED.items()} | dict.fromkeys(SPARES, 40)
    boxes = [story_catalog.delivered(serial, on=days_ago(ago)) for serial, ago in days.items()]
    await cases.desk.ledger_does((story_catalog.register(*boxes), clerk))
    if viewer is GUEST:
        await cases.guests()
    else:
        company = RegisterCompany(company=eva.company, kind="end_customer", administrator=eva.account)
        await cases.desk.ledger_does((company, clerk), (story.project("Villa", eva.company, VILLA), eva))
    await cases.desk.ledger_does(*((story.add(serial, viewer.project), viewer.owner) for serial in DEVICES.values()))


async def everything(cases: CaseApi, viewer: Viewer, serial: str, lines: Counter[str]) -> AsyncIterator[str]:
    """All that an end customer is answered about a case until its device has arrived, without what differs anyway.

    `lines` counts what runs for a case that is filed, and for one that has been read before.
    """
    with lines_noted(lines):
        filed = await cases.post("rmas", a_report(serial, reference="PO-7"), viewer.who)
    rma = filed.json()["rma"]
    yield said(filed)
    yield said(await cases.attach(rma, b"A log.", "box.log", viewer.who))
    for text in [*await read(cases, rma, viewer), *await tried(cases, rma, viewer)]:
        yield text
    received = await cases.does(rma, "receive", {"serial": serial})
    await cases.case(rma, viewer.who, received)
    with lines_noted(lines):
        texts = [*await read(cases, rma, viewer), *await tried(cases, rma, viewer)]
    for text in texts:
        yield text


async def read(cases: CaseApi, rma: str, viewer: Viewer) -> list[str]:
    """The answers to all that one may ask of a case."""
    (number,) = await cases.files_of(rma)
    paths = (f"rmas/{rma}/messages", f"rmas/{rma}/attachments", f"rmas/{rma}/attachments/{number}")
    texts = [*await read_of_state(cases, rma, viewer), *[said(await cases.get(path, viewer.who)) for path in paths]]
    page = pypdfium2.PdfDocument((await cases.get(f"rmas/{rma}/slip", viewer.who)).content)[0]
    return [*texts, normal(page.get_textpage().get_text_bounded())]


async def read_of_state(cases: CaseApi, rma: str, viewer: Viewer) -> list[str]:
    """The answers that differ with the state of a case."""
    now = await cases.case(rma, viewer.who)
    before = max(now["filed_sequence"], now["sequence"] - 1)
    paths = (
        f"rmas/{rma}",
        f"rmas/{rma}?as_of={before}",
        f"rmas?rma={rma}",
        f"rmas/{rma}/history",
        f"companies/{viewer.owner.company}/advance-replacement",
    )
    return [said(await cases.get(path, viewer.who)) for path in paths]


async def tried(cases: CaseApi, rma: str, viewer: Viewer) -> list[str]:
    """The answers to all that one may try with an open case, one by one and in bulk."""
    report = a_report((await cases.case(rma, viewer.who))["serial"])
    again = await cases.post("rmas", report, viewer.who)
    steps = [await cases.post(f"rmas/{rma}/{step}", body or None, viewer.who) for step, (_, body) in TRIED.items()]
    wanted = [{"name": "file-case", **report}, *({"name": name, "rma": rma, **body} for name, body in TRIED.values())]
    keyed = (json.dumps({"idempotency_key": secrets.token_hex(16), "command": one}) for one in wanted)
    bulk = await cases.client.post("/v1/commands", content="\n".join(keyed), headers=cases.bearer(viewer.who))
    return [said(one) for one in (again, *steps, bulk)]


def said(answer: httpx.Response) -> str:
    """All of an answer but how long it is, which the text says, and when it was given."""
    heads = sorted((name, head) for name, head in answer.headers.items() if name not in {"date", "content-length"})
    return normal(f"{answer.status_code} {heads} {answer.text}")


def normal(text: str) -> str:
    for pattern, name in DIFFERING:
        text = re.sub(pattern, name, text)
    return text


class Did(NamedTuple):
    """A step, whether the end customer takes it, and the state that it leads to once the ledger has answered."""

    step: str
    said: dict[str, Any]
    by_viewer: bool = False
    until: str = ""


RECEIVED = Did("receive", {})
QUOTED = Did("quote", {"cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"})
SHIPPED, CLOSED = Did("ship", SHIPMENT), Did("close", {})
CANCELLED = (Did("cancel", {}, by_viewer=True),)
UNREPAIRABLE = (RECEIVED, Did("unrepairable", {"finding": "Covered, but burnt."}), SHIPPED, CLOSED)
REPLACED = (
    RECEIVED,
    Did("replace", {"replacement": OTHER, "finding": "Covered."}, until="swap_refused"),
    Did("replace", {"finding": "Covered."}, until="replaced"),
    SHIPPED,
    CLOSED,
    Did("reopen", {"reason": "Covered."}),
)
DECLINED = (RECEIVED, QUOTED, Did("decline", {}, by_viewer=True), SHIPPED, CLOSED)
REPAIRED = (
    RECEIVED,
    QUOTED,
    Did("accept", {}, by_viewer=True),
    Did("repair", {"finding": "Not covered."}),
    SHIPPED,
    CLOSED,
)
IN_ADVANCE = (
    Did("send-in-advance", {"reason": "Covered.", **SHIPMENT}, until="replacement_shipped"),
    Did("receive", {}),
)
PAIRS = (
    (("doa", "warranty"), (CANCELLED, UNREPAIRABLE, REPLACED)),
    (("expired", "undelivered"), (CANCELLED, DECLINED, REPAIRED)),
    (("covered", "uncovered"), (CANCELLED, IN_ADVANCE)),
)
"""Devices that a clerk treats alike, and whole lives of cases of theirs."""


async def life(cases: CaseApi, viewer: Viewer, serial: str, steps: Iterable[Did], spares: Iterator[str]) -> list[str]:
    """All that an end customer is answered after each step of a case."""
    rma = await cases.files(serial, viewer.who)
    told = await read_of_state(cases, rma, viewer)
    for did in steps:
        body = dict(did.said)
        if did.step == "receive":
            body["serial"] = serial
        elif did.step in {"accept", "decline"}:
            body["quote"] = (await cases.case(rma, viewer.who))["quote"]["entry"]
        elif did.step in {"replace", "send-in-advance"}:
            body = {"replacement": next(spares), **body}
        at = await cases.does(rma, did.step, body or None, viewer.who if did.by_viewer else clerk)
        if did.until:
            at = (await cases.until(rma, did.until))["sequence"]
        await cases.case(rma, viewer.who, at)
        told += [f"after {did.step}", *await read_of_state(cases, rma, viewer)]
        told += [
            said(await cases.post(f"rmas/{rma}/{step}", {"quote": 1}, viewer.who)) for step in ("accept", "decline")
        ]
    return told


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What the API that starts next asks its database."""
    asked = Counter[str]()
    note_statements(monkeypatch, asked)
    return asked


async def test_devices_that_differ_only_in_their_guarantee_are_answered_alike_and_by_the_same_work(
    statements: Counter[str], cases: CaseApi
) -> None:
    """By the same statements and lines, each as often, so that no time tells the guarantee either."""
    await come(cases, GUEST)

    answers: list[list[str]] = []
    asked: list[dict[str, int]] = []
    run: list[dict[str, int]] = []
    for name in ("warranty", "doa", "expired", "undelivered"):
        statements.clear()
        lines = Counter[str]()
        answers.append([text async for text in everything(cases, GUEST, DEVICES[name], lines)])
        asked.append(dict(statements))
        run.append(dict(lines))

    assert answers == [answers[0]] * 4
    assert asked == [asked[0]] * 4
    assert run == [run[0]] * 4
    assert any("FROM cases" in statement for statement in asked[0])
    assert any("case_views.py" in line for line in run[0])
    assert "coverage" not in "".join(answers[0])
    coverages = {one["coverage"] for one in (await cases.asked("rmas", clerk))["items"]}
    assert coverages == {"doa", "warranty", "chargeable"}


async def test_cases_that_a_clerk_treats_alike_read_alike_to_their_end_for_who_owns_the_devices(cases: CaseApi) -> None:
    await come(cases, OWNER)
    granted = {"threshold": 9, "reference": "SUP-9"}
    assert (await cases.post(f"companies/{eva.company}/advance-replacement", granted, clerk)).status_code == 201
    spares = iter(SPARES)

    for pair, lives in PAIRS:
        for steps in lives:
            first, second = [await life(cases, OWNER, DEVICES[name], steps, spares) for name in pair]
            assert first == second
            assert not re.search("overage|overed|doa|warranty", "".join(first))


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
    await come(cases, GUEST)
    serial = DEVICES["expired"]
    rma = await cases.files(serial, gus)
    assert (await cases.case(rma, gus))["answer"] == "accepted"
    await cases.does(rma, "receive", {"serial": serial})
    quoted = await cases.does(rma, "quote", {"cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"})

    case = await cases.case(rma, gus, quoted)
    assert (case["answer"], case["expected"], case["steps"]) == ("quote_follows", "answer_quote", ["accept", "decline"])
    assert case["quote"] == {"entry": quoted, "cents": 12_900, "currency": "EUR", "valid_until": "2999-01-01"}
    consented = await cases.does(rma, "accept", {"quote": quoted}, gus)
    assert (await cases.case(rma, clerk, consented))["expected"] == "repair"
