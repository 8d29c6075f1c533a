"""One search over serials, projects, keys, cases, order numbers and references, within what the caller sees."""

import asyncio
import time
from pathlib import Path
from urllib.parse import quote

from contracts.topics import SUPPORT_CASES
from ledger.adapters.postgres import database
from ledger.adapters.postgres.support_cases import PostgresSupportCases, keep_facts
from runtime.kafka import Producer
from simulator.help_desk import HelpDesk, record
from tests.support.databases import as_role
from tests.support.ledger.api_at_work import Api, accepted, asked, done, member, redeemed
from tests.support.ledger.api_in_memory import MemorySupportCases, problem
from tests.support.ledger.projector_at_work import until
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.ledger.story_members import GUS, MIA
from tests.support.ledger.support_cases import NOW, TITLE, case_of, deliveries, notice, notice_of, told

SERIAL, OTHER, STOCK = "009033010203", "009033a10204", "009033010205"


async def found(api: Api, typed: str, who: dict[str, str] | None = None, more: str = "") -> list[tuple[str, str]]:
    page = await asked(api, f"search?q={quote(typed)}{more}", who)
    return [(row["kind"], row["label"]) for row in page["items"]]


async def test_a_serial_is_found_by_any_part_of_it_as_people_paste_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = await redeemed(api, project, SSC=1)

    (row,) = (await asked(api, f"search?q=010203&at_least={last}"))["items"]

    assert row == {
        "kind": "device",
        "id": SERIAL,
        "label": SERIAL,
        "subject": f"devices/{SERIAL}",
        "company": ADRIA,
        "project": project,
        "project_name": "Hotel Adria",
        "called": None,
    }
    pasted = ("01-02-03", "00:90:33:01:02:03", "0090.3301.0203", " 3301\u201102\u00a003 ", "00903301020", "0102")
    assert [await found(api, typed) for typed in pasted] == [[("device", SERIAL)]] * len(pasted)


async def test_a_project_is_found_by_any_part_of_its_name_as_names_are_compared(api: Api) -> None:
    names = ("Hauptstraße 5", "Hotel K\u00f6ln", "100% Sauna", "HQ")
    last = [await done(api, "projects", {"project_name": name}) for name in names][-1]
    at = f"&at_least={last}"

    for typed, name in (
        ("STRASSE", names[0]),
        ("ptstra", names[0]),
        ("ko\u0308l", names[1]),
        ("hotel  k", names[1]),
        ("100% s", names[2]),
        ("hq", names[3]),
        ("h", names[3]),
    ):
        assert ("project", name) in await found(api, typed, more=at)
    assert await found(api, "100_ s") == []
    assert await found(api, "q") == []


async def test_the_best_match_comes_first_and_a_box_holds_a_few_of_each_kind(api: Api) -> None:
    names = ("A cafe 1", "Cafe 12", "Cafe 1", "The cafe 1")
    last = [await done(api, "projects", {"project_name": name}) for name in names][-1]

    page = await asked(api, f"search?q=cafe%201&at_least={last}")
    assert [row["label"] for row in page["items"]] == ["Cafe 1", "Cafe 12", "A cafe 1", "The cafe 1"]
    assert page["more"] == []
    short = await asked(api, "search?q=cafe&limit=2")
    assert (len(short["items"]), short["more"]) == (2, ["project"])


async def test_a_key_is_found_by_its_hint_where_it_went_and_by_its_order_for_staff(api: Api) -> None:
    await api.company(BORA, BEN)
    project = await api.stocked_project()
    order = {"licenses": [{"license_type": "Port11", "count": 1}], "order_number": "PO-2026-1174"}
    order |= {"customer_reference": "Hotel Adria, rebuilding"}
    issued = (await api.post("activation-keys", order, api.staff)).json()
    hint, key = issued["key_hint"], issued["activation_key"]
    at = f"&at_least={issued['sequence']}"

    assert ("activation_key", hint) in await found(api, hint.lower(), api.staff, at)
    assert await found(api, hint, more=at) == []
    body = {"activation_key": key, "project": project}
    at = f"&at_least={accepted(await api.post('activation-keys/redemptions', body))}"
    assert ("activation_key", hint) in await found(api, hint, more=at)
    assert await found(api, hint, api.token(BEN, BORA), at) == []
    assert ("activation_key", "PO-2026-1174") in await found(api, "2026-117", api.staff, at)
    assert await found(api, "2026-117", more=at) == []
    references = (await asked(api, f"search?q=REBUILD{at}", api.staff))["items"]
    assert [(row["kind"], row["id"], row["label"]) for row in references] == [
        ("entry", str(issued["sequence"]), "Hotel Adria, rebuilding")
    ]
    assert await found(api, "REBUILD", more=at) == []


async def test_everybody_finds_what_it_sees_and_staff_what_is_in_stock(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    await api.stocked_project(name="Secret hotel")
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    models = {"models": [{"model": "IP811", "family": "IP8x1"}], "reference": "CAT-1"}
    await done(api, "device-models", models, api.staff)
    devices = [{"serial": one, "model": "IP811", "delivered_on": "2026-05-20"} for one in (SERIAL, STOCK)]
    last = await done(api, "delivered-devices", {"devices": devices, "reference": "DN-77"}, api.staff)
    at = f"&at_least={last}"

    assert await found(api, "0102", ben, at) == await found(api, "hotel", ben, at) == []
    assert await found(api, "0102", more=at) == [("device", SERIAL)]
    assert await found(api, "0102", api.staff, at) == [("device", SERIAL), ("delivered_device", STOCK)]
    assert await found(api, "dn-7", api.staff, at) == [("entry", "DN-77")]
    assert await found(api, "dn-7", more=at) == []
    body = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    at = f"&at_least={accepted(await api.post(f'projects/{project}/members', body))}"
    assert await found(api, "0102", ben, at) == [("device", SERIAL)]
    assert await found(api, "otel", ben, at) == [("project", "Hotel Adria")]
    assert len(await found(api, "otel", more=at)) == 2


async def test_a_search_for_nothing_or_for_what_nobody_can_type_is_refused(api: Api) -> None:
    for path in ("search", "search?q=", "search?q=%00", f"search?q={'a' * 81}", "search?q=abc&limit=21"):
        assert problem(await api.get(path)) == (422, "request_invalid")
    await redeemed(api, await api.stocked_project(), SSC=1)
    assert await found(api, "%%%") == []


async def numbers(api: Api, query: str = "", who: dict[str, str] | None = None) -> list[str]:
    return [row["number"] for row in (await asked(api, f"support-cases{query}", who))["items"]]


async def test_a_case_of_the_help_desk_is_watched_by_its_company_alone(api: Api, tmp_path: Path) -> None:
    await api.company(BORA, BEN, kind="end_customer")
    await member(api, MIA, ADRIA, api.token())
    desk = HelpDesk(str(api.client.base_url), tmp_path / "support-webhook.keys")
    mia, ben = api.token(MIA), api.token(BEN, BORA)
    cases = [
        notice("CAS-1", 2, state="waiting_customer"),
        notice("CAS-3", 1, state="solved", changed="2026-11-27T10:00:00Z"),
        notice("PS-1", 1, kind="presales", changed="2026-11-27T10:00:00Z"),
        notice("CAS-9", 1, company=BORA, title="Another company"),
        notice("PS-9", 1, kind="presales", company=BORA),
    ]
    async with Producer(api.topics.connection("help-desk"), client_id="help-desk") as producer:
        topic = api.topics.name(SUPPORT_CASES)
        await producer.send(topic, b"0/CAS-1", b"no case")
        await producer.send(topic, b"0/CAS-0", None)
        for case in (*cases, notice("CAS-1", 1), cases[0]):
            await producer.send(topic, *record(case, api.ledger))
    await until(lambda: _shows(api, "PS-9"))

    assert await numbers(api, who=mia) == ["PS-1", "CAS-1"]
    assert await numbers(api, "?state=all&order=opened", mia) == ["CAS-1", "CAS-3", "PS-1"]
    assert await numbers(api, "?state=waiting_customer", mia) == ["CAS-1"]
    assert await numbers(api, "?state=closed&kind=support", mia) == ["CAS-3"]
    first = await asked(api, "support-cases?limit=1", mia)
    assert await numbers(api, f"?limit=1&cursor={first['next']}", mia) == ["CAS-1"]
    of_another_order = await api.get(f"support-cases?order=opened&cursor={first['next']}", mia)
    assert problem(of_another_order) == (422, "request_invalid")
    assert await numbers(api, who=ben) == ["CAS-9"]
    assert await numbers(api, "?kind=presales", ben) == await numbers(api, who=api.token(GUS, BORA)) == []
    assert await numbers(api, f"?company={BORA}", mia) == []
    assert await numbers(api, f"?company={BORA}&order=-opened", api.staff) == ["PS-9", "CAS-9"]
    hidden = [("CAS-9", mia), ("PS-9", ben), ("CAS-1", ben), ("CAS-1", api.token(GUS, BORA)), ("NO-1", mia), ("%", mia)]
    refused = [await api.get(f"support-cases/{number}", who) for number, who in hidden]
    assert {problem(one) for one in refused} == {(404, "support_case_unknown")}
    assert len({one.text for one in refused}) == 1

    bare = await asked(api, "support-cases/CAS-1", mia)
    assert (bare["revision"], bare["title"], bare["messages"], bare["messages_revision"]) == (2, None, [], None)
    assert await _told(desk, cases[0]) == "taken"
    case = await asked(api, "support-cases/CAS-1", mia)
    assert (case["title"], case["waits_for"], case["messages_revision"]) == (TITLE, "company", 2)
    assert [one["side"] for one in case["messages"]] == ["company", "vendor"]
    assert await numbers(api, "?q=DIAL%20tone", mia) == ["CAS-1"]
    assert await found(api, "dial t", mia) == [("support_case", TITLE)]
    assert await found(api, "cas-1", mia) == [("support_case", "CAS-1")]
    assert await found(api, "dial t", ben) == []

    assert await _told(desk, notice("CAS-1", 3, company=BORA, title="Handed over")) == "taken"
    assert problem(await api.get("support-cases/CAS-1", mia)) == (404, "support_case_unknown")
    assert (await asked(api, "support-cases/CAS-1", ben))["title"] == "Handed over"
    assert await _told(desk, cases[0], seconds_ago=60) == "stale_revision"
    assert await _told(desk, notice("CAS-1", 4, company=BORA, state="deleted")) == "taken"
    assert problem(await api.get("support-cases/CAS-1", ben)) == (404, "support_case_unknown")


async def test_records_and_webhooks_in_any_order_come_to_the_same_cases(api: Api) -> None:
    sent, numbers_ = deliveries(), ("CAS-1", "CAS-2")
    ways = [
        told(way, number, revision) for way in ("record", "webhook") for number in numbers_ for revision in (1, 2, 4)
    ]
    async with (
        database.pool(as_role(api.database_url, "ledger-api"), most=1) as edge,
        database.pool(as_role(api.database_url, "ledger-projector"), most=1) as projector,
    ):
        for turn in range(len(ways)):
            ledger = 900 + turn
            tables, memory = PostgresSupportCases(edge, ledger), MemorySupportCases()
            for way, said in ways[turn:] + ways[: turn + 3 : 2] + ways[::-1][:turn]:
                if way == "record":
                    case = case_of(said, ledger)
                    assert await keep_facts(projector, ledger, case) == memory.keep_facts(case)
                else:
                    delivery, case_notice = next(sent), notice_of(said)
                    outcome = await tables.take(delivery, case_notice, now=NOW)
                    assert outcome == await memory.take(delivery, case_notice, now=NOW)
            facts = await edge.fetch("SELECT number, revision, state FROM support.cases WHERE ledger = $1", ledger)
            texts = await edge.fetch("SELECT number, revision FROM support.texts WHERE ledger = $1", ledger)
            assert {row["number"]: (row["revision"], row["state"]) for row in facts} == {
                number: (one.revision, one.state) for number, one in memory.facts.items()
            }
            assert dict(map(tuple, texts)) == {number: one.revision for number, one in memory.texts.items()}


async def _shows(api: Api, number: str) -> bool:
    return number in await numbers(api, "?state=all", api.staff)


async def _told(desk: HelpDesk, said: dict[str, object], *, seconds_ago: float = 0) -> str:
    """What becomes of a webhook; one about the same revision is another one by its time."""
    answer = await asyncio.to_thread(desk.tell, said, at=time.time() - seconds_ago)
    return str(answer.raise_for_status().json()["outcome"])
