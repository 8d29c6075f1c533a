"""What was said for a case belongs to the case alone, wherever a process ends in between, until staff erases it."""

import json
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from contracts.staff_texts import digest_of
from contracts.topics import TOPICS
from rma.adapters.postgres.database import READ_SIDE
from rma.adapters.postgres.requests import PostgresRequests
from rma.application.personal_data import OtherRequestKept
from tests.support.databases import as_role
from tests.support.every_record import every_record
from tests.support.rma.api_at_work import CaseApi, a_report, bearer
from tests.support.rma.at_work import OTHER, SERIAL, anna, ben, clerk

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOST, YOUNG = "a" * 64, "b" * 64


def said_of(serial: str) -> dict[str, Any]:
    """A report in whose every field words stand that no other record has."""
    return {
        "serial": serial,
        "reference": "Guadalquivir 7",
        "defect": "A quixotic noise.\nIt smells of Zanzibar.",
        "administrative_contact": {
            "name": "Dulcinea Toboso",
            "email": "dulcinea@mancha.example",
            "phone": "+34 926 555-0117",
        },
        "technical_contact": {"name": "Sancho Panza", "email": "sancho@mancha.example", "phone": "+34 926 555-0118"},
        "shipping_address": {
            "name": "Rocinante Stables",
            "lines": ["Windmill Lane 16", "Courtyard, second door"],
            "postal_code": "XQ13 770Z",
            "city": "Argamasilla",
            "country": "ES",
        },
    }


def texts_in(said: Any) -> list[str]:
    """What people wrote; a serial and a country are codes."""
    match said:
        case dict():
            return [text for name in said if name not in {"serial", "country"} for text in texts_in(said[name])]
        case list():
            return [text for one in said for text in texts_in(one)]
        case _:
            return str(said).splitlines()


def forms_of(text: str) -> list[bytes]:
    """A text as a record may hold it: as it is, or in base64, wherever in what was encoded it stands."""
    raw = text.encode()
    shifted = (b64encode(bytes(before) + raw)[4 * (before > 0) : -4] for before in range(3))
    return [raw, *shifted]


@asynccontextmanager
async def requests_of(cases: CaseApi) -> AsyncGenerator[PostgresRequests]:
    """What the API keeps requests with."""
    async with READ_SIDE.pool(as_role(cases.database_url, "rma-api"), most=2) as pool:
        yield PostgresRequests(pool, cases.desk.ledger)


async def done(cases: CaseApi, statement: str) -> None:
    connection = await asyncpg.connect(cases.database_url)
    try:
        await connection.execute(statement, cases.desk.ledger)
    finally:
        await connection.close()


async def test_a_process_that_ended_before_it_confirmed_has_left_the_case_its_request(cases: CaseApi) -> None:
    rma = await cases.files()
    await done(cases, "UPDATE rma_private.requests SET confirmed = false, written = '2020-01-01' WHERE ledger = $1")
    assert (await cases.case(rma))["request"]["defect"] == "No light.\nNo sound."

    async with requests_of(cases) as requests:
        assert await requests.sweep() == 0

    assert len(await cases.kept()) == 1


async def test_what_belongs_to_no_case_goes_once_its_command_can_be_decided_no_more(cases: CaseApi) -> None:
    await cases.files()
    async with requests_of(cases) as requests:
        await requests.keep(LOST, {"defect": "lost"})
        await requests.keep(YOUNG, {"defect": "young"})
        old = "UPDATE rma_private.requests SET written = now() - interval '9 days' WHERE ledger = $1"
        await done(cases, f"{old} AND said->>'defect' = 'lost'")

        assert await requests.sweep() == 1

    assert sorted(await cases.kept(), key=str) == ["No light.\nNo sound.", "young"]


async def test_while_the_rows_are_behind_nothing_is_swept(cases: CaseApi) -> None:
    async with requests_of(cases) as requests:
        await requests.keep(LOST, {"defect": "lost"})
        await done(cases, "UPDATE rma_private.requests SET written = '2020-01-01' WHERE ledger = $1")

        assert await requests.sweep() == 0

    assert await cases.kept() == ["lost"]


async def test_a_refused_attempt_takes_nothing_from_an_equal_one_that_is_accepted(cases: CaseApi) -> None:
    said = {"defect": "both"}
    async with requests_of(cases) as requests:
        await requests.keep(LOST, said)
        await requests.keep(LOST, said)
        await requests.discard(LOST)
        await requests.confirm(LOST, said)
        await requests.discard(LOST)
        with pytest.raises(OtherRequestKept):
            await requests.keep(LOST, {"defect": "another"})

    assert await cases.kept() == ["both"]


async def test_a_request_that_was_erased_stays_erased_when_it_is_repeated(cases: CaseApi) -> None:
    answer = await cases.post("rmas", a_report(OTHER), key="once")
    rma = answer.json()["rma"]
    await cases.delete(f"rmas/{rma}/personal-data")

    again = await cases.post("rmas", a_report(OTHER), key="once")

    assert again.json() == answer.json()
    assert await cases.kept() == [None]


async def test_a_text_of_an_entry_is_checked_and_erased_by_staff(cases: CaseApi) -> None:
    rma = await cases.files(reference="Anna's box")
    filed = (await cases.case(rma))["sequence"]
    (text,) = (await cases.asked(f"entries/{filed}/texts", clerk))["texts"]
    assert text["text"] == "Anna's box"
    assert digest_of(text["text"], bytes.fromhex(text["salt"])) == text["digest"]

    assert (await cases.delete(f"entries/{filed}/texts")).status_code == 200

    assert (await cases.case(rma))["reference"] == "erased"
    assert (await cases.asked("rmas?reference=Anna%27s box", clerk))["items"] == []
    assert (await cases.delete(f"entries/{filed + 9}/texts")).json()["code"] == "entry_not_found"


async def test_messages_are_read_by_both_sides_and_written_once(cases: CaseApi) -> None:
    rma = await cases.files()
    text = "Is <b>it</b> there?\nThanks."
    answers = [await cases.post(f"rmas/{rma}/messages", {"text": text}, key="hello") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert (await cases.post(f"rmas/{rma}/messages", {"text": "We have it."}, clerk)).status_code == 201
    assert (await cases.refuses(f"rmas/{rma}/messages", {"text": "x"}, ben))["code"] == "rma_unknown"

    for reader in (anna, clerk):
        page = await cases.asked(f"rmas/{rma}/messages", reader)
        assert [one["text"] for one in page["items"]] == [text, "We have it."]


async def test_staff_erases_what_people_said_and_the_case_stays(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.post(f"rmas/{rma}/messages", {"text": "Call Anna."})
    assert (await cases.delete(f"rmas/{rma}/personal-data", anna)).json()["code"] == "no_right"

    erased = [await cases.delete(f"rmas/{rma}/personal-data") for _ in range(2)]

    assert [answer.status_code for answer in erased] == [200, 200]
    case = await cases.case(rma)
    assert case["state"] == "authorised"
    assert case["request"].keys() == {"erased"}
    (message,) = (await cases.asked(f"rmas/{rma}/messages"))["items"]
    assert message["text"] is None
    assert message["erased"] is not None
    assert (await cases.get(f"rmas/{rma}/slip")).status_code == 200
    assert await cases.kept() == [None]


async def test_what_people_said_is_in_no_record_of_any_topic(cases: CaseApi) -> None:
    rma, line = await cases.files(**said_of(SERIAL)), {"name": "file-case", **said_of(OTHER)}
    in_bulk = json.dumps({"idempotency_key": "in bulk", "command": line})
    assert '"status": 201' in (await cases.client.post("/v1/commands", content=in_bulk, headers=bearer(anna))).text
    for who, text in ((anna, "Barataria calls at noon."), (clerk, "Clavileno answers.")):
        assert (await cases.post(f"rmas/{rma}/messages", {"text": text}, who)).status_code == 201
    attached = await cases.attach(rma, b"Maritornes was here.\n" * 9, "Montesinos.log")
    assert attached.status_code == 201
    assert (await cases.get(f"rmas/{rma}/slip")).status_code == 200
    await cases.does(rma, "receive", {"serial": SERIAL})
    await cases.does(rma, "repair", {"finding": "Cide Hamete Benengeli found a fuse."})
    await cases.does(rma, "ship", {"carrier": "Pegasus", "tracking_number": "4711"})
    await cases.does(rma, "close")
    await cases.does(rma, "reopen", {"reason": "Altisidora complained."})
    await cases.delete(f"rmas/{rma}/personal-data")

    records = await every_record(cases.desk.topics, TOPICS)

    assert any(b"Pegasus" in record for record in records), "what a case says of a parcel is on its log"
    texts = [
        *texts_in(said_of(SERIAL)),
        "Barataria",
        "Clavileno",
        "Maritornes",
        "Montesinos",
        "Hamete Benengeli",
        "Altisidora",
    ]
    assert len(texts) == 20
    assert [(text, form) for text in texts for form in forms_of(text) if any(form in one for one in records)] == []
