"""The feed of entries: what each viewer sees of what happened, in either order, and how one goes on."""

import json
from typing import Any

import pytest

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api, a_delivered_device, accepted, asked, member, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA
from tests.support.ledger.story_members import MIA

SERIAL, OTHER = "009033010203", "009033010204"
DEFAULT = default_project_of(ADRIA)
PREFIX = "licensing.ledger."
EXTENDED, ALLOCATED = f"{PREFIX}warranty-extended.v1", f"{PREFIX}licenses-allocated.v1"


def kinds(feed: Any) -> list[str]:
    return [one["event_type"].removeprefix(PREFIX).removesuffix(".v1") for one in feed["items"]]


def moved(entry: Any) -> dict[str, int]:
    return {row["account"]: row["count"] for row in entry["movements"]}


async def guest_in(api: Api, project: str, *rights: str) -> tuple[dict[str, str], int]:
    await api.company(BORA, BEN)
    body = {"account": BEN, "acting_for": BORA, "rights": list(rights)}
    return api.token(BEN, BORA), accepted(await api.post(f"projects/{project}/members", body))


async def test_a_client_reads_all_that_happened_and_goes_on_where_it_stands(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = accepted(await api.allocate(project, SERIAL, 20))
    told, after = list[int](), 0

    while True:
        page = await asked(api, f"entries?limit=2&after={after}&at_least={last}")
        told, after = told + [one["sequence"] for one in page["items"]], page["next"]
        if not page["more"]:
            break

    history = await asked(api, f"companies/{ADRIA}/history")
    assert told == [one["sequence"] for one in history["items"]]
    assert (page["next"], page["as_of"]) == (last, last)
    nothing = await asked(api, f"entries?after={after}")
    assert (nothing["items"], nothing["next"], nothing["more"]) == ([], last, False)
    accepted(await api.allocate(project, SERIAL, 5))
    (entry,) = (await asked(api, f"entries?after={after}&at_least={last + 1}"))["items"]
    assert (entry["event_type"], entry["projects"], entry["serials"]) == (ALLOCATED, [project], [SERIAL])
    assert moved(entry) == {f"project/{project}": -5, f"device/{SERIAL}": 5}
    assert entry["facts"] == {"device_project": project, "device_serial": SERIAL}


async def test_a_feed_comes_newest_first_too_and_of_some_types_only(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = [accepted(await api.allocate(project, serial, 1)) for serial in (SERIAL, OTHER, SERIAL)][-1]

    first = await asked(api, f"entries?order=newest_first&limit=2&at_least={last}")
    second = await asked(api, f"entries?order=newest_first&limit=2&after={first['next']}")
    assert [one["sequence"] for one in first["items"] + second["items"]] == [last, last - 1, last - 2, last - 3]
    assert (first["next"], first["more"], first["as_of"]) == (last - 1, True, last)
    some = await asked(api, f"entries?types={ALLOCATED}&types={PREFIX}project-created.v1")
    assert kinds(some) == ["project-created", *["licenses-allocated"] * 3]
    newest = await asked(api, f"entries?types={ALLOCATED}&order=newest_first&limit=1")
    assert [one["sequence"] for one in newest["items"]] == [last]
    assert kinds(await asked(api, f"entries?types={ALLOCATED}&device={OTHER}")) == ["licenses-allocated"]
    end = await asked(api, "entries?order=newest_first&after=1")
    assert (end["items"], end["more"]) == ([], False)


@pytest.mark.parametrize("who", ["administrator", "staff", "guest"])
async def test_a_feed_of_one_thing_is_its_history(api: Api, who: str) -> None:
    project = await api.stocked_project(SERIAL)
    guest, _ = await guest_in(api, project, "view")
    last = accepted(await api.allocate(project, SERIAL, 3))
    viewer = {"administrator": api.token(), "staff": api.staff, "guest": guest}[who]
    things = {"project": project, "device": SERIAL} | ({} if who == "guest" else {"company": ADRIA})

    for kind, name in things.items():
        plural = "companies" if kind == "company" else f"{kind}s"
        history = await asked(api, f"{plural}/{name}/history?at_least={last}", viewer)
        assert (await asked(api, f"entries?{kind}={name}", viewer))["items"] == history["items"] != []


async def test_staff_reads_every_entry_with_all_that_it_moved(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = accepted(await api.allocate(project, SERIAL, 20))

    feed = await asked(api, f"entries?at_least={last}", api.staff)

    assert [one["sequence"] for one in feed["items"]] == list(range(1, last + 1))
    redeemed_key = next(one for one in feed["items"] if "activation-key-redeemed" in one["event_type"])
    assert sum(row["count"] for row in redeemed_key["movements"]) == 0
    assert moved(redeemed_key).keys() == {"issuance", f"project/{project}"}
    assert kinds(await asked(api, f"entries?types={ALLOCATED}", api.staff)) == ["licenses-allocated"]


async def test_a_guest_reads_what_concerns_the_project_and_not_where_else_it_moved(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    guest, _ = await guest_in(api, project, "view")
    lots = [{"license_type": "Port11", "count": 7}]
    accepted(await api.post(f"projects/{project}/transfers", {"target": DEFAULT, "licenses": lots}))
    moving = accepted(await api.post(f"devices/{SERIAL}/moves", {"project": DEFAULT}))
    elsewhere = accepted(await api.post(f"projects/{DEFAULT}/allocations", {"serial": SERIAL, "licenses": lots}))

    feed = await asked(api, f"entries?at_least={elsewhere}", guest)

    assert "licenses-allocated" not in kinds(feed)
    transfer, move = feed["items"][-2:]
    assert (transfer["projects"], transfer["serials"]) == ([project], [])
    assert moved(transfer) == {f"project/{project}": -7}
    assert (move["sequence"], move["projects"], move["serials"]) == (moving, [project], [SERIAL])
    for entry in (one for one in feed["items"] if project in one["projects"]):
        assert entry["facts"] is None
        assert ANNA not in json.dumps(entry)
        assert DEFAULT not in json.dumps(entry)
    assert [one for one in feed["items"] if ADRIA not in one["actor"]] == [
        one for one in feed["items"] if project not in one["projects"]
    ]


async def test_a_member_reads_nothing_until_it_has_a_right_and_nothing_when_that_is_revoked(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    joined = await member(api, MIA, ADRIA, api.token())
    mia, rights = api.token(MIA), {"account": MIA, "rights": ["view"]}

    empty = await asked(api, f"entries?at_least={joined}", mia)
    given = accepted(await api.post(f"projects/{project}/members", rights))
    some = await asked(api, f"entries?at_least={given}", mia)
    gone = accepted(await api.post(f"projects/{project}/member-revocations", rights))

    assert (empty["items"], empty["next"]) == ([], joined)
    assert [one["sequence"] for one in some["items"]][-1] == given
    assert (await asked(api, f"entries?at_least={gone}", mia))["items"] == []
    assert problem(await api.get(f"entries?project={project}", mia)) == (403, "no_right")
    assert problem(await api.get(f"entries?company={ADRIA}", mia)) == (403, "no_right")


async def test_an_end_customer_reads_nothing_of_which_device_a_guarantee_was_extended_for(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await a_delivered_device(api, SERIAL)
    await redeemed(api, project, **{"WE-12": 1})
    await api.company(BORA, BEN, kind="end_customer")
    rights = {"account": BEN, "acting_for": BORA, "rights": ["view", "licenses"]}
    accepted(await api.post(f"projects/{project}/members", rights))
    body = {"license_type": "WE-12", "confirm_final": True}
    extended = accepted(await api.post(f"devices/{SERIAL}/warranty-extensions", body))
    ben = api.token(BEN, BORA)

    owner = (await asked(api, f"entries?types={EXTENDED}&at_least={extended}"))["items"]
    seen = (await asked(api, f"entries?types={EXTENDED}", ben))["items"]

    assert [one["serials"] for one in owner] == [[SERIAL]]
    assert [one["sequence"] for one in seen] == [extended]
    assert (seen[0]["subject"], seen[0]["serials"], seen[0]["facts"]) == (f"projects/{project}", [], None)
    assert SERIAL not in json.dumps(seen)
    assert (await asked(api, f"entries?device={SERIAL}&types={EXTENDED}", ben))["items"] == []


async def test_other_companies_read_nothing_of_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    last = await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)

    feed = await asked(api, f"entries?at_least={last}", ben)

    assert [one["sequence"] for one in feed["items"]] == [last]
    for text in (ADRIA, project, SERIAL):
        assert text not in json.dumps(feed)
    stranger = await asked(api, "entries", api.token(MIA, BORA))
    assert stranger["items"] == []
    for path, code in (
        (f"entries?project={project}", "project_unknown"),
        (f"entries?device={SERIAL}", "device_unknown"),
        (f"entries?company={ADRIA}", "company_unknown"),
    ):
        assert problem(await api.get(path, ben)) == (404, code), path
