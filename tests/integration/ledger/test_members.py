"""Members, guests, moves and claim codes through the API, with real rows behind the queries."""

import asyncio
from pathlib import Path

import pytest

from contracts.identifiers import default_project_of
from ledger.entrypoints.projector.main import rebuild
from tests.support.ledger.api_at_work import Api, accepted, member
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import all_rows, publish_file, settings_for, until_sequence
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA
from tests.support.ledger.story_members import GUS, MIA

SERIAL, OTHER = "009033010203", "009033010204"
BORAS = default_project_of(BORA)


@pytest.fixture
async def api(api: Api) -> Api:
    await api.company(BORA, BEN)
    return api


async def grant(api: Api, project: str, account: str, acting_for: str, *rights: str) -> int:
    body = {"account": account, "acting_for": acting_for, "rights": list(rights)}
    return accepted(await api.post(f"projects/{project}/members", body))


async def test_a_guest_sees_the_project_and_nothing_else_of_the_company(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.stocked_project(OTHER, name="Secret")
    await member(api, GUS, BORA, api.token(BEN, BORA))
    reached = await grant(api, project, GUS, BORA, "view")
    gus = api.token(GUS, BORA)

    seen = (await api.get(f"projects?at_least={reached}", gus)).json()["items"]
    assert [row["project_name"] for row in seen] == ["Hotel Adria"]
    assert (await api.get(f"projects/{project}/balance", gus)).status_code == 200
    assert (await api.get(f"devices/{SERIAL}", gus)).status_code == 200
    assert (await api.get(f"movements?project={project}", gus)).status_code == 200
    assert problem(await api.get(f"devices/{OTHER}", gus)) == (404, "device_unknown")
    assert problem(await api.get(f"movements?device={OTHER}", gus)) == (404, "device_unknown")
    assert problem(await api.get(f"projects/{default_project_of(ADRIA)}", gus)) == (404, "project_unknown")
    assert problem(await api.get(f"companies/{ADRIA}", gus)) == (404, "company_unknown")
    assert problem(await api.get(f"companies/{ADRIA}/members", gus)) == (404, "company_unknown")
    assert problem(await api.get(f"projects/{project}/members", gus)) == (403, "no_right")
    assert problem(await api.get(f"projects/{project}/claim-codes", gus)) == (403, "no_right")
    assert [row["company"] for row in (await api.get("companies", gus)).json()["items"]] == [BORA]
    assert problem(await api.get(f"projects/{project}", api.token(BEN, BORA))) == (404, "project_unknown")


async def test_a_member_without_rights_hears_no_right_and_an_empty_list(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    reached = await member(api, MIA, ADRIA, api.token())
    mia = api.token(MIA)

    assert (await api.get(f"projects?at_least={reached}", mia)).json()["items"] == []
    assert problem(await api.get(f"projects/{project}", mia)) == (403, "no_right")
    assert problem(await api.get(f"devices/{SERIAL}", mia)) == (403, "no_right")
    assert problem(await api.get(f"companies/{ADRIA}/members", mia)) == (403, "no_right")
    assert (await api.get(f"companies/{ADRIA}", mia)).status_code == 200


@pytest.mark.own_processes
async def test_view_alone_gets_no_license_file_even_if_it_was_delivered_before(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 1)).json()["sequence"]
    await publish_file(api.topics, SERIAL, sequence=allocated, issue=2)
    assert (await api.get(f"devices/{SERIAL}/license-file?at_least={allocated}")).status_code == 200
    await member(api, MIA, ADRIA, api.token())
    viewing = await grant(api, project, MIA, ADRIA, "view")
    mia = api.token(MIA)

    assert problem(await api.get(f"devices/{SERIAL}/license-file?at_least={viewing}", mia)) == (403, "no_right")
    assert problem(await api.get(f"devices/{SERIAL}/return-receipt", mia)) == (403, "no_right")
    handling = await grant(api, project, MIA, ADRIA, "licenses")
    assert (await api.get(f"devices/{SERIAL}/license-file?at_least={handling}", mia)).status_code == 200


async def test_rights_are_listed_and_end_with_the_membership(api: Api) -> None:
    project = await api.stocked_project()
    await member(api, GUS, BORA, api.token(BEN, BORA))
    reached = await grant(api, project, GUS, BORA, "licenses")

    listed = (await api.get(f"projects/{project}/members?at_least={reached}")).json()["items"]
    assert [(row["account"], row["acting_for"], row["rights"]) for row in listed] == [(GUS, BORA, ["view", "licenses"])]
    gone = accepted(await api.post(f"companies/{BORA}/member-removals", {"account": GUS}, api.token(BEN, BORA)))
    assert (await api.get(f"projects/{project}/members?at_least={gone}")).json()["items"] == []
    assert problem(await api.get(f"projects/{project}", api.token(GUS, BORA))) == (404, "project_unknown")
    members = (await api.get(f"companies/{BORA}/members", api.token(BEN, BORA))).json()["items"]
    assert [(row["account"], row["administrator"]) for row in members] == [(BEN, True)]


async def test_a_device_goes_to_another_company_by_consent_of_both(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    ben = api.token(BEN, BORA)
    accepted(await api.allocate(project, SERIAL, 0, 4))
    offered = accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}))

    assert [row["serial"] for row in (await api.get(f"device-offers?at_least={offered}", ben)).json()["items"]] == [
        SERIAL
    ]
    assert [row["serial"] for row in (await api.get("device-offers")).json()["items"]] == [SERIAL]
    moved = accepted(await api.post(f"devices/{SERIAL}/acceptances", {"project": BORAS}, ben))
    device = (await api.get(f"devices/{SERIAL}?at_least={moved}", ben)).json()
    assert (device["project"], [row["count"] for row in device["licenses"]]) == (BORAS, [4])
    assert problem(await api.get(f"devices/{SERIAL}")) == (404, "device_unknown")
    assert (await api.get("device-offers", ben)).json()["items"] == []


async def test_a_renamed_and_an_archived_project_say_so(api: Api) -> None:
    project = str((await api.post("projects", {"project_name": "Spa"})).json()["project"])
    accepted(await api.post(f"projects/{project}/renaming", {"project_name": "Wellness"}))
    archived = accepted(await api.post(f"projects/{project}/archiving", None))
    accepted(await api.post("projects", {"project_name": "Wellness"}))

    view = (await api.get(f"projects/{project}?at_least={archived}")).json()
    assert view["project_name"] == "Wellness"
    assert view["archived"] is not None
    assert problem(await api.post(f"projects/{project}/devices", {"serial": SERIAL})) == (409, "project_archived")


async def test_claim_codes_are_told_once_and_listed_without_the_code(api: Api) -> None:
    project = await api.stocked_project()
    first = await api.post(f"projects/{project}/claim-codes", None, key="code")
    again = await api.post(f"projects/{project}/claim-codes", None, key="code")
    assert first.json() == again.json()
    digest = first.json()["code_digest"]
    gone = accepted(await api.post(f"projects/{project}/claim-code-withdrawals", {"code_digest": digest}))

    (listed,) = (await api.get(f"projects/{project}/claim-codes?at_least={gone}")).json()["items"]
    assert (listed["state"], listed["code_hint"]) == ("withdrawn", first.json()["code_hint"])
    assert first.json()["claim_code"] not in str(listed)


@pytest.mark.own_processes
async def test_what_the_rows_say_of_people_is_what_a_rebuild_says(api: Api, tmp_path: Path) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    ben = api.token(BEN, BORA)
    await api.allocate(project, SERIAL, 0, 2)
    allocated = await api.allocate(project, OTHER, 5)
    assert allocated.status_code == 201
    lots = [{"license_type": "Port11", "count": 2}]
    accepted(await api.post(f"projects/{project}/deallocations", {"serial": OTHER, "licenses": lots}))
    accepted(await api.post(f"projects/{project}/transfers", {"target": default_project_of(ADRIA), "licenses": lots}))
    accepted(await api.post(f"devices/{OTHER}/moves", {"project": default_project_of(ADRIA)}))
    await member(api, MIA, ADRIA, api.token())
    await member(api, GUS, BORA, ben)
    await grant(api, project, MIA, ADRIA, "licenses", "rights")
    await grant(api, project, GUS, BORA, "return")
    accepted(await api.post(f"companies/{ADRIA}/member-removals", {"account": MIA}))
    await member(api, MIA, ADRIA, api.token())
    accepted(await api.post(f"projects/{project}/renaming", {"project_name": "Hotel Bora"}))
    accepted(await api.post(f"projects/{project}/claim-codes", None))
    accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}))
    accepted(await api.post(f"devices/{SERIAL}/release", None))
    last = accepted(await api.post(f"projects/{BORAS}/devices", {"serial": SERIAL}, ben))
    await until_sequence(api.database_url, last)
    incremental = await all_rows(api.database_url)

    (tmp_path / "rebuild").mkdir()
    await rebuild(settings_for(api.topics, api.database_url, tmp_path / "rebuild"), asyncio.Event())

    assert await all_rows(api.database_url) == incremental
    assert {row[1] for row in incremental["grants"]} == {GUS}
    assert incremental["device_offers"] == []
    assert ANNA in {row[1] for row in incremental["members"]}


async def test_administrators_read_who_was_given_what_in_the_whole_company(api: Api) -> None:
    first, second = await api.stocked_project(name="Adria"), await api.stocked_project(name="Spa")
    await member(api, MIA, ADRIA, api.token())
    await grant(api, first, MIA, ADRIA, "licenses")
    await grant(api, first, BEN, BORA, "view")
    last = await grant(api, second, MIA, ADRIA, "view")
    path = f"companies/{ADRIA}/grants"

    whole = (await api.get(f"{path}?at_least={last}")).json()["items"]
    said = {(row["account"], row["acting_for"], row["project_name"]): row["rights"] for row in whole}
    assert said == {
        (MIA, ADRIA, "Adria"): ["view", "licenses"],
        (MIA, ADRIA, "Spa"): ["view"],
        (BEN, BORA, "Adria"): ["view"],
    }
    of_mia = (await api.get(f"{path}?account={MIA}")).json()["items"]
    assert of_mia == [row for row in whole if row["account"] == MIA]
    start = (await api.get(f"{path}?limit=2")).json()
    rest = (await api.get(f"{path}?limit=2&cursor={start['next']}")).json()
    assert [*start["items"], *rest["items"]] == whole
    assert (await api.get(path, api.staff)).json()["items"] == whole
    assert problem(await api.get(path, api.token(MIA))) == (403, "no_right")
    assert problem(await api.get(path, api.token(BEN, BORA))) == (404, "company_unknown")
    assert problem(await api.get(f"{path}?cursor=bWlsaw")) == (422, "request_invalid")


async def test_codes_and_offers_say_who_made_them_and_are_listed_by_state(api: Api) -> None:
    project, ben = await api.stocked_project(SERIAL), api.token(BEN, BORA)
    codes = f"projects/{project}/claim-codes"
    made = [(await api.post(codes, None)).json() for _ in range(2)]
    withdrawal = {"code_digest": made[0]["code_digest"]}
    accepted(await api.post(f"projects/{project}/claim-code-withdrawals", withdrawal))
    accepted(await api.post(f"companies/{ADRIA}/invitations", None))
    accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}))
    accepted(await api.post(f"companies/{BORA}/offers", {"offered_to": ADRIA}, ben))
    at = f"at_least={await grant(api, project, BEN, BORA, 'licenses')}"
    anna = f"account:{ANNA}@{ADRIA}"

    async def rows(path: str, who: dict[str, str] | None = None) -> list[tuple[str, str]]:
        answer = await api.get(f"{path}{at}", who)
        return [(row.get("state", ""), row["actor"]) for row in answer.json()["items"]]

    assert await rows(f"{codes}?") == [("withdrawn", anna), ("open", anna)]
    assert await rows(f"{codes}?state=open&") == [("open", anna)]
    assert await rows(f"{codes}?state=used&") == []
    assert await rows(f"{codes}?state=open&", ben) == [("open", f"company:{ADRIA}")]
    invitations = f"companies/{ADRIA}/invitations"
    assert await rows(f"{invitations}?state=open&") == [("open", anna)]
    assert await rows(f"{invitations}?state=accepted&") == []
    assert await rows("device-offers?") == [("", anna)]
    assert await rows("device-offers?", ben) == [("", f"company:{ADRIA}")]
    assert await rows("company-offers?") == [("", f"company:{BORA}")]
    assert await rows("company-offers?", ben) == [("", f"account:{BEN}@{BORA}")]
    assert {row[1] for row in await rows("expirations?kind=claim_code&")} == {anna}
    assert problem(await api.get(f"{codes}?state=milk")) == (422, "request_invalid")
