"""Who the caller is, and what it may do where."""

from contracts.fields import Right
from contracts.identifiers import default_project_of
from ledger.adapters.postgres.queries.visibility import RIGHTS
from tests.support.ledger.api_at_work import Api, accepted, asked, member
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, STAFF, VENDOR
from tests.support.ledger.story_members import GUS, MIA

EVERY_RIGHT = list(RIGHTS)


async def grant(api: Api, project: str, account: str, acting_for: str, *rights: Right) -> int:
    body = {"account": account, "acting_for": acting_for, "rights": list(rights)}
    return accepted(await api.post(f"projects/{project}/members", body))


async def test_an_account_is_told_its_companies_and_its_rights_in_the_name_of_this_one(api: Api) -> None:
    await api.company(BORA, BEN)
    project = await api.stocked_project()
    await member(api, MIA, ADRIA, api.token())
    await member(api, MIA, BORA, api.token(BEN, BORA))
    await grant(api, default_project_of(ADRIA), MIA, BORA, "test")
    reached = await grant(api, project, MIA, ADRIA, "licenses")

    me = await asked(api, f"me?at_least={reached}", api.token(MIA))

    companies = [(one["company"], one["kind"], one["administrator"]) for one in me["companies"]]
    assert (me["account"], me["company"], me["staff"]) == (MIA, ADRIA, False)
    assert companies == [(ADRIA, "reseller", False), (BORA, "reseller", False)]
    assert me["companies"][0]["default_project"] == default_project_of(ADRIA)
    right = {"project": project, "project_name": "Hotel Adria", "company": ADRIA, "rights": ["view", "licenses"]}
    assert me["rights"] == {"items": [right], "next": None}
    for_bora = await asked(api, "me", api.token(MIA, BORA))
    assert [(one["company"], one["rights"]) for one in for_bora["rights"]["items"]] == [(ADRIA, ["view", "test"])]


async def test_rights_come_page_by_page_and_end_when_they_are_revoked(api: Api) -> None:
    projects = sorted([await api.stocked_project(name=name) for name in ("Hotel", "Spa", "Villa")])
    await member(api, MIA, ADRIA, api.token())
    reached = max([await grant(api, project, MIA, ADRIA, "view") for project in projects])
    mia = api.token(MIA)

    first = (await asked(api, f"me?limit=2&at_least={reached}", mia))["rights"]
    second = (await asked(api, f"me?limit=2&cursor={first['next']}", mia))["rights"]

    assert [one["project"] for one in first["items"] + second["items"]] == projects
    assert second["next"] is None
    gone = await api.post(f"projects/{projects[0]}/member-revocations", {"account": MIA, "rights": ["view"]})
    left = (await asked(api, f"me?at_least={accepted(gone)}", mia))["rights"]["items"]
    assert [one["project"] for one in left] == projects[1:]


async def test_a_stranger_an_administrator_and_staff_are_told_what_they_are(api: Api) -> None:
    nobody = await asked(api, "me", api.token(GUS, BORA))
    anna, staff = await asked(api, "me"), await asked(api, "me", api.staff)

    assert (nobody["companies"], nobody["rights"]["items"], nobody["staff"]) == ([], [], False)
    assert [(one["company"], one["administrator"]) for one in anna["companies"]] == [(ADRIA, True)]
    assert (anna["account"], anna["staff"]) == (ANNA, False)
    assert (staff["account"], staff["company"], staff["staff"]) == (STAFF, VENDOR, True)


async def test_a_project_says_what_its_viewer_may_do_there(api: Api) -> None:
    await api.company(BORA, BEN)
    project = await api.stocked_project()
    await member(api, MIA, ADRIA, api.token())
    await grant(api, project, MIA, ADRIA, "service")
    reached = await grant(api, project, BEN, BORA, "return", "rma")
    expected = {
        "administrator": (api.token(), EVERY_RIGHT),
        "member": (api.token(MIA), ["view", "service"]),
        "guest": (api.token(BEN, BORA), ["view", "return", "rma"]),
        "staff": (api.staff, ["view"]),
    }

    for who, rights in expected.values():
        assert (await asked(api, f"projects/{project}?at_least={reached}", who))["rights"] == rights
        listed = (await asked(api, "projects", who))["items"]
        assert {one["project"]: one["rights"] for one in listed}[project] == rights
    own = await asked(api, f"projects/{default_project_of(VENDOR)}", api.staff)
    assert own["rights"] == EVERY_RIGHT
