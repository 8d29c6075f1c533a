"""Labels and notes: shown and found where they belong, in no record, and erased on demand (rule X12)."""

import asyncio
import csv
import io
import json
from typing import Any
from urllib.parse import quote

import httpx

from contracts.identifiers import derived_id
from contracts.topics import TOPICS
from tests.support.every_record import every_record
from tests.support.ledger.api_at_work import Api, accepted, asked, done, member
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA
from tests.support.ledger.story_members import GUS

SERIAL, OTHER = "009033010203", "009033010204"
GIL = derived_id("gil", "account")
NO_RIGHT = (403, "no_right")

LABEL = {"own_name": "Reception", "place": "Vienna, basement, rack 2", "reference": "INV-00417"}


def _person(api: Api) -> str:
    """A name that no other test of this file writes: they share topics and database."""
    return f"Zdenka Kovacevic {api.ledger}"


async def _stocked(api: Api, *serials: str, name: str = "Hotel Adria") -> str:
    """A project with devices, as queries show it by then."""
    project = await api.stocked_project(*serials, name=name)
    last = await done(api, "projects", {"project_name": f"{name}, later"})
    await asked(api, f"projects/{project}?at_least={last}")
    return project


async def _put(api: Api, path: str, body: Any, who: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.client.put(f"/v1/{path}", json=body, headers=(who or api.token()) | named)


async def _guest(api: Api, project: str, account: str, *rights: str) -> dict[str, str]:
    """A member of the other company that has these rights in the project from now on."""
    await member(api, account, BORA, api.token(BEN, BORA))
    sequence = await done(
        api, f"projects/{project}/members", {"account": account, "acting_for": BORA, "rights": list(rights)}
    )
    await asked(api, f"projects/{project}?at_least={sequence}")
    return api.token(account, BORA)


async def _called(api: Api, *serials: str, who: dict[str, str] | None = None) -> dict[str, Any]:
    """The labels of devices, asked for at once."""
    found = await asked(api, "device-labels?" + "&".join(f"serial={one}" for one in serials), who)
    return {one.pop("serial"): one for one in found["items"]}


async def _hits(api: Api, typed: str, who: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    page = await asked(api, f"search?q={quote(typed)}", who)
    return [(row["kind"], row["id"], row["label"]) for row in page["items"]]


async def test_a_label_is_shown_and_found_wherever_its_device_and_project_are(api: Api) -> None:
    project = await _stocked(api, SERIAL, OTHER)
    last = (await asked(api, "entries?order=newest_first&limit=1"))["items"][0]["sequence"]

    written = await _put(api, f"devices/{SERIAL}/label", LABEL)
    named = await _put(api, f"projects/{project}/label", {"own_name": "Küste", "reference": "SITE-7"})

    assert (written.status_code, named.status_code) == (200, 200), written.text + named.text
    assert LABEL.items() <= written.json().items()
    assert written.json()["changed_by"] == f"account:{ANNA}@{ADRIA}"
    assert (await asked(api, f"devices/{SERIAL}"))["label"] == LABEL
    assert (await asked(api, f"devices/{SERIAL}?as_of={last}"))["label"] == LABEL
    for path in ("devices", f"projects/{project}/devices", f"projects/{project}/devices?as_of={last}"):
        assert [one["label"] for one in (await asked(api, path))["items"]] == [LABEL, None]
    site = {"own_name": "Küste", "place": None, "reference": "SITE-7"}
    assert site in [one["label"] for one in (await asked(api, "projects"))["items"]]
    assert (await asked(api, f"projects/{project}"))["label"] == site
    assert await _called(api, SERIAL, OTHER) == {SERIAL: LABEL}
    for typed, text in zip(("ecept", "BASEMENT, r", "00417"), LABEL.values(), strict=True):
        assert await _hits(api, typed) == [("device", SERIAL, text)]
    assert await _hits(api, "re") == [("device", SERIAL, "Reception")]
    assert await _hits(api, "ku\u0308ste") == [("project", project, "Küste")]
    (by_serial,) = (await asked(api, "search?q=010203"))["items"]
    assert (by_serial["label"], by_serial["called"]) == (SERIAL, LABEL)

    erased = await _put(api, f"devices/{SERIAL}/label", {})
    assert (erased.status_code, erased.json()["own_name"], erased.json()["changed"]) == (200, None, None)
    assert await _hits(api, "ecept") == []


async def test_who_writes_over_what_he_has_not_read_is_refused(api: Api) -> None:
    path = f"projects/{await _stocked(api)}/label"
    nothing = await api.get(path)

    first = await _put(api, path, {"own_name": "East"}, If_Match=nothing.headers["ETag"])
    late = await _put(api, path, {"own_name": "West"}, If_Match=nothing.headers["ETag"])

    assert (first.status_code, problem(late)) == (200, (412, "label_changed"))
    assert (await api.get(path)).json()["own_name"] == "East"
    assert (await api.get(path, If_None_Match=first.headers["ETag"])).status_code == 304
    assert (await _put(api, path, {"own_name": "South"}, If_Match=first.headers["ETag"])).status_code == 200
    assert (await _put(api, path, {"own_name": "North"})).status_code == 200
    tag = (await api.get(path)).headers["ETag"]
    both = await asyncio.gather(*(_put(api, path, {"own_name": one}, If_Match=tag) for one in "AB"))
    assert sorted(one.status_code for one in both) == [200, 412]


async def test_text_that_nobody_can_read_as_it_is_written_is_no_label(api: Api) -> None:
    await _stocked(api, SERIAL)
    hostile = ("a\nb", "a\x00b", "a\u202eb", "a\u200bb", " a", "a" * 81, "", "\u2800")

    refused = [await _put(api, f"devices/{SERIAL}/label", {"own_name": text}) for text in hostile]
    unknown = await _put(api, f"devices/{SERIAL}/label", {"note": "There is none here."})
    said = '<b onclick="x">%\' OR 1=1;-- \\_'
    kept = await _put(api, f"devices/{SERIAL}/label", {"place": said})

    assert {problem(one) for one in (*refused, unknown)} == {(422, "request_invalid")}
    assert kept.json()["place"] == said
    assert await _hits(api, said[3:20]) == [("device", SERIAL, said)]
    assert await _hits(api, "oncl_ck") == await _hits(api, "b%click") == []


async def test_only_who_has_the_right_writes_and_who_sees_the_project_reads(api: Api) -> None:
    project = await _stocked(api, SERIAL)
    await api.company(BORA, BEN, kind="end_customer")
    ben, gus = api.token(BEN, BORA), await _guest(api, project, GUS, "view")
    gil = await _guest(api, project, GIL, "licenses")
    paths = (f"devices/{SERIAL}/label", f"projects/{project}/label")
    for path in paths:
        assert (await _put(api, path, LABEL, gil)).status_code == 200

        assert [problem(await _put(api, path, LABEL, who)) for who in (gus, api.staff)] == [NO_RIGHT] * 2
        assert problem(await api.client.delete(f"/v1/{path}", headers=gus)) == NO_RIGHT
        strangers = [await api.get(path, ben), await _put(api, path, LABEL, ben)]
        strangers.append(await api.client.delete(f"/v1/{path}", headers=ben))
        assert {one.status_code for one in strangers} == {404}
        assert [(await asked(api, path, who))["own_name"] for who in (gus, api.token(), api.staff)] == ["Reception"] * 3
    assert [len(await _hits(api, "ecept", who)) for who in (gus, None, api.staff)] == [2, 2, 2]
    assert await _hits(api, "ecept", ben) == []
    assert [[*await _called(api, SERIAL, who=who)] for who in (gus, gil, api.staff, ben)] == [[SERIAL]] * 3 + [[]]
    assert (await asked(api, paths[0]))["changed_by"] == f"account:{GIL}@{BORA}"
    assert (await _put(api, paths[1], {"own_name": "Reception 2"})).status_code == 200
    assert (await asked(api, paths[1], gus))["changed_by"] == f"company:{ADRIA}"

    erased = await api.client.delete(f"/v1/{paths[0]}", headers=api.staff)
    assert (erased.status_code, erased.json()["own_name"]) == (200, None)
    assert problem(await api.client.delete(f"/v1/projects/{project}/labels", headers=gil)) == NO_RIGHT
    rest = await api.client.delete(f"/v1/projects/{project}/labels", headers=api.token())
    assert rest.json() == {"project": project, "erased": 1}


async def test_a_label_goes_with_its_device_within_the_company_and_no_further(api: Api) -> None:
    hotel, spa = await _stocked(api, SERIAL), await _stocked(api, name="Spa")
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    shop = (await api.post("projects", {"project_name": "Shop"}, ben)).json()["project"]
    assert (await _put(api, f"devices/{SERIAL}/label", LABEL)).status_code == 200

    moved = accepted(await api.post(f"devices/{SERIAL}/moves", {"project": spa}, key="once"))
    assert (await asked(api, f"devices/{SERIAL}?at_least={moved}"))["label"] == LABEL
    back = await done(api, f"devices/{SERIAL}/moves", {"project": hotel})
    assert (await asked(api, f"devices/{SERIAL}?at_least={back}"))["label"] == LABEL
    assert accepted(await api.post(f"devices/{SERIAL}/moves", {"project": spa}, key="once")) == moved
    assert (await asked(api, f"devices/{SERIAL}"))["label"] == LABEL

    await done(api, f"devices/{SERIAL}/offers", {"company": BORA})
    gone = await done(api, f"devices/{SERIAL}/acceptances", {"project": shop}, ben)
    theirs = await asked(api, f"devices/{SERIAL}?at_least={gone}", ben)
    assert (theirs["project"], theirs["label"]) == (shop, None)
    assert await _called(api, SERIAL, who=ben) == await _called(api, SERIAL) == {}
    assert await _hits(api, "ecept", ben) == await _hits(api, "ecept") == []
    assert (await asked(api, f"devices/{SERIAL}?as_of={back}"))["label"] == LABEL

    await done(api, f"devices/{SERIAL}/offers", {"company": ADRIA}, ben)
    returned = await done(api, f"devices/{SERIAL}/acceptances", {"project": hotel})
    assert (await asked(api, f"devices/{SERIAL}?at_least={returned}"))["label"] == LABEL


async def test_each_side_of_a_transfer_reads_its_own_note(api: Api) -> None:
    hotel, spa = await _stocked(api, SERIAL), await _stocked(api, name="Spa")
    await api.company(BORA, BEN)
    sender = await _guest(api, hotel, GUS, "licenses")
    receiver = await _guest(api, spa, GIL, "return")
    lots = [{"license_type": "Port11", "count": 3}]
    moved = await done(api, f"projects/{hotel}/transfers", {"target": spa, "licenses": lots})
    await asked(api, f"projects/{spa}?at_least={moved}")

    ours = await _put(api, f"projects/{hotel}/notes/{moved}", {"note": "Too many here."}, sender)
    theirs = await _put(api, f"projects/{spa}/notes/{moved}", {"note": "Borrowed."}, receiver)

    assert (ours.status_code, theirs.status_code) == (200, 200), ours.text + theirs.text
    both = [{"project": hotel, "note": "Too many here."}, {"project": spa, "note": "Borrowed."}]
    for who, seen in ((sender, both[:1]), (receiver, both[1:]), (None, both), (api.staff, both)):
        items = (await asked(api, f"entries?after={moved - 1}", who))["items"]
        assert sorted(items[0]["notes"], key=lambda one: one["note"], reverse=True) == seen
    assert problem(await api.get(f"projects/{hotel}/notes/{moved}", receiver)) == (404, "entry_not_found")
    for path, who in ((f"projects/{spa}/notes/{moved}", sender), (f"projects/{spa}/notes/1", api.token())):
        assert problem(await _put(api, path, {"note": "No."}, who)) == (404, "entry_not_found")
    archived = await done(api, f"projects/{await _empty(api)}/archiving", {})
    entry = (await asked(api, f"entries?after={archived - 1}&at_least={archived}"))["items"][0]
    frozen = await _put(api, f"projects/{entry['projects'][0]}/notes/{archived}", {"note": "No."})
    assert problem(frozen) == (409, "project_archived")


async def _empty(api: Api) -> str:
    return str((await api.post("projects", {"project_name": "Empty"})).json()["project"])


async def test_many_devices_are_labelled_by_one_table_and_no_record_has_a_word_of_it(api: Api) -> None:
    project = await _stocked(api, SERIAL, OTHER)
    last = accepted(await api.allocate(project, SERIAL, 2))
    await asked(api, f"devices/{OTHER}?at_least={last}")
    said = {serial: f"{_person(api)} {serial}" for serial in (SERIAL, OTHER)}
    commands = [
        *({"name": "label-device", "serial": serial, "own_name": text} for serial, text in said.items()),
        {"name": "label-device", "serial": SERIAL, "own_name": "a\u202eb"},
        {"name": "note-entry", "project": project, "sequence": last, "note": _person(api)},
    ]
    lines = "\n".join(json.dumps({"idempotency_key": f"{n}", "command": one}) for n, one in enumerate(commands))

    answer = await api.client.post("/v1/commands", content=lines, headers=api.token())

    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [200, 200, 422, 200], answer.text
    assert {one["label"]["own_name"][-12:] for one in (await asked(api, "devices"))["items"]} == {SERIAL, OTHER}
    exported = csv.DictReader(io.StringIO((await api.get("exports/labels")).text))
    assert [(row["kind"], row["id"], row["own_name"], row["note"]) for row in exported] == [
        ("device", SERIAL, said[SERIAL], ""),
        ("device", OTHER, said[OTHER], ""),
        ("entry", str(last), "", _person(api)),
    ]
    assert len((await api.get(f"exports/labels?project={await _empty(api)}")).text.splitlines()) == 1
    records = await every_record(api.topics, TOPICS)
    assert any(b"licenses-allocated.v1" in record for record in records)
    assert not [record for record in records if _person(api).encode() in record]
