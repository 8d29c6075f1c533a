"""One search over serials, projects, keys, order numbers and references, within what the caller sees."""

from urllib.parse import quote

from tests.support.ledger.api_at_work import Api, accepted, asked, done, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, BEN, BORA

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
