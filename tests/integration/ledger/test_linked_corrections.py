"""Corrections that two of the staff decide as one, asked of the API with its writer, projector, broker and database."""

import json
from typing import Any

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.bulk import told
from tests.support.ledger.story import ADRIA, BEN, BORA, VENDOR
from tests.support.ledger.story_corrections import SECOND
from tests.support.ledger.story_members import MIA

BORAS = default_project_of(BORA)
WHY = {"reason": "Bora's key was redeemed by Adria", "reference": "CASE-2026-0151"}
APPLIED, PROPOSED = (f"licensing.ledger.linked-corrections-{step}.v1" for step in ("applied", "proposed"))


def _ports(count: int) -> list[dict[str, Any]]:
    return [{"license_type": "Port11", "count": count}]


def _lines(project: str, taken: int = 5, to: str = BORAS) -> dict[str, Any]:
    taking = {"source": f"project/{project}", "target": "retired", "licenses": _ports(taken)}
    giving = {"source": "issuance", "target": f"project/{to}", "licenses": _ports(5)}
    return {"lines": [taking, giving], **WHY}


async def _two_companies(api: Api) -> str:
    """Adria has 50 ports in a project, Bora has none; the vendor has a second clerk."""
    project = await api.stocked_project()
    await api.company(BORA, BEN)
    clerk = {"account": SECOND, "administrator": True}
    assert (await api.post(f"companies/{VENDOR}/members", clerk, api.staff)).status_code == 201
    return project


async def _history(api: Api, path: str, at_least: int, who: dict[str, str] | None = None) -> dict[str, Any]:
    """What the history says of the linked corrections that were applied."""
    answer = (await api.get(f"{path}/history?at_least={at_least}", who)).json()
    (entry,) = [one for one in answer["items"] if one["event_type"] == APPLIED]
    return dict(entry)


async def test_a_second_person_decides_both_lines_and_each_company_reads_of_its_own(api: Api) -> None:
    project = await _two_companies(api)
    second, ben = api.token(SECOND, VENDOR), api.token(BEN, BORA)

    proposed = await api.post("linked-corrections", _lines(project), api.staff, key="one")
    assert proposed.status_code == 201
    assert (await api.post("linked-corrections", _lines(project), api.staff, key="one")).json() == proposed.json()
    other = await api.post("linked-corrections", _lines(project, 6), api.staff, key="one")
    assert problem(other) == (409, "idempotency_key_reused")
    place = f"corrections/{proposed.json()['correction']}"
    assert proposed.headers["location"] == f"/v1/{place}"
    assert problem(await api.post(f"{place}/approval", {}, api.staff)) == (403, "second_person_needed")

    last = (await api.post(f"{place}/approval", {}, second)).json()["sequence"]

    assert await api.free(project, last) == {"Port11": 45, "BRI": 4}
    balance = (await api.get(f"projects/{BORAS}/balance?at_least={last}", ben)).json()
    assert [(one["license_type"], one["count"]) for one in balance["free"]] == [("Port11", 5)]
    view = (await api.get(f"{place}?at_least={last}", api.staff)).json()
    assert (view["state"], view["company"], view["decided_by"], view["decided_sequence"]) == (
        *("applied", VENDOR, SECOND),
        last,
    )
    assert [(one["source"], one["target"]) for one in view["lines"]] == [
        (f"project/{project}", "retired"),
        ("issuance", f"project/{BORAS}"),
    ]
    assert (view["source"], view["target"], view["licenses"], view["reason"]) == (None, None, [], WHY["reason"])

    for who, company, own, count in ((api.token(), ADRIA, project, -5), (ben, BORA, BORAS, 5)):
        for path in (f"companies/{company}", f"projects/{own}"):
            seen = await _history(api, path, last, who)
            assert [(one["account"], one["count"]) for one in seen["movements"]] == [(f"project/{own}", count)]
            assert (seen["sequence"], seen["facts"]) == (last, None)
        read = await _all_that_is_told(api, company, own, last, who)
        stranger = (BORA, BORAS) if company == ADRIA else (ADRIA, project)
        assert not [one for one in (*stranger, PROPOSED, *WHY.values()) if one in read]
    whole = await _history(api, f"companies/{VENDOR}", last, api.staff)
    assert whole["actor"] == f"account:{SECOND}@{VENDOR}"


async def _all_that_is_told(api: Api, company: str, project: str, last: int, who: dict[str, str]) -> str:
    """All that a company may read of what happened to it since it was there."""
    paths = (
        f"companies/{company}/history",
        f"projects/{project}/history",
        f"movements?project={project}",
        f"projects/{project}/balance/why?license_type=Port11",
        "exports/movements?format=jsonl",
    )
    said = [await api.get(f"{path}{'&' if '?' in path else '?'}at_least={last}", who) for path in paths]
    assert {one.status_code for one in said} == {200}
    return "\n".join(one.text for one in said)


async def test_guests_of_one_project_read_nothing_of_the_other_one_of_the_same_company(api: Api) -> None:
    project = await _two_companies(api)
    inside = default_project_of(ADRIA)
    body = {"account": MIA, "acting_for": BORA, "rights": ["view"]}
    await api.post(f"companies/{BORA}/members", {"account": MIA, "administrator": False}, api.token(BEN, BORA))
    assert (await api.post(f"projects/{inside}/members", body)).status_code == 201
    proposed = (await api.post("linked-corrections", _lines(project, to=inside), api.staff)).json()
    approval = f"corrections/{proposed['correction']}/approval"

    last = (await api.post(approval, {}, api.token(SECOND, VENDOR))).json()["sequence"]

    guest = api.token(MIA, BORA)
    seen = await _history(api, f"projects/{inside}", last, guest)
    assert [(one["account"], one["count"]) for one in seen["movements"]] == [(f"project/{inside}", 5)]
    exported = (await api.get(f"exports/movements?format=jsonl&at_least={last}", guest)).text
    assert [json.loads(line)["account"] for line in exported.splitlines()] == [f"project/{inside}"]
    assert project not in exported + json.dumps(seen)
    whole = (await api.get(f"companies/{ADRIA}/history?at_least={last}")).json()["items"]
    (asked,) = [one for one in whole if one["event_type"] == PROPOSED]
    assert (asked["facts"]["reason"], asked["facts"]["reference"]) == (WHY["reason"], WHY["reference"])


async def test_one_line_that_cannot_move_refuses_all_and_is_named_and_a_rejection_closes_all(api: Api) -> None:
    project = await _two_companies(api)
    second = api.token(SECOND, VENDOR)
    proposed = (await api.post("linked-corrections", _lines(project, 51), api.staff)).json()
    place = f"corrections/{proposed['correction']}"

    refused = await api.post(f"{place}/approval", {}, second)

    assert problem(refused) == (409, "insufficient_balance")
    assert (refused.json()["line"], refused.json()["balance"], refused.json()["wanted"]) == (1, 50, 51)
    rejected = await api.post(f"{place}/rejection", {"reason": "Too many"}, second)
    last = rejected.json()["sequence"]
    assert problem(await api.post(f"{place}/approval", {}, second)) == (409, "correction_closed")
    assert (await api.get(f"{place}?at_least={last}", api.staff)).json()["state"] == "rejected"
    assert await api.free(project, last) == {"Port11": 50, "BRI": 4}
    for who, company in ((api.token(), ADRIA), (api.token(BEN, BORA), BORA)):
        history = (await api.get(f"companies/{company}/history?at_least={last}", who)).json()["items"]
        assert not [one for one in history if "correction" in one["event_type"]]
    assert (await api.get(place)).status_code == 403


async def test_linked_corrections_are_proposed_in_bulk(api: Api) -> None:
    project = await _two_companies(api)
    commands = [
        {"name": "propose-linked-corrections", **_lines(project)},
        {"name": "propose-linked-corrections", **_lines(project, to=project)},
    ]
    lines = [json.dumps({"idempotency_key": f"b-{n}", "command": one}) for n, one in enumerate(commands)]
    head = api.staff | {"Content-Type": "application/jsonl"}

    said = told(await api.client.post("/v1/commands", content="\n".join(lines), headers=head))

    assert [one["status"] for one in said] == [201, 422]
    assert said[1]["problem"]["code"] == "correction_lines_contrary"
