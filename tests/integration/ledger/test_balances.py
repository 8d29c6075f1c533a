"""What the projects of a company have together: free, held, allocated and delivered, in all and project by project."""

import json
from typing import Any

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api, accepted, asked, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import publish_file
from tests.support.ledger.story import ADRIA, BEN, BORA

SERIAL, OTHER = "009033010203", "009033010204"
MORE_THAN_A_PAGE = [f"0090330200{number:02x}" for number in range(49)]
"""With the two others, one device more than the portal lists at once."""
BORAS = default_project_of(BORA)


def lines(said: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """By type: free, held, allocated, delivered."""
    names = ("free", "held", "allocated", "delivered")
    return {row["license_type"]: tuple(row[name] for name in names) for row in said["licenses"]}


def allocated(balance: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """By type: what stands on devices, and how many of these in a file that was delivered."""
    return {row["license_type"]: (row["count"], row["delivered"]) for row in balance["allocated"]}


def free(project: dict[str, Any]) -> dict[str, int]:
    """What is free in a project of a list with balances, by type."""
    return {row["license_type"]: row["count"] for row in project["balances"]["free"]}


async def more_devices(api: Api, project: str) -> None:
    """Empty ones, in one request."""
    commands = [{"name": "add-device", "project": project, "serial": serial} for serial in MORE_THAN_A_PAGE]
    lines = "\n".join(json.dumps({"idempotency_key": one["serial"], "command": one}) for one in commands)
    answer = await api.client.post("/v1/commands", content=lines, headers=api.token())
    assert {json.loads(line)["status"] for line in answer.text.splitlines()} == {201}, answer.text


async def delivered(api: Api, serial: str, sequence: int, issue: int) -> int:
    """The file of this issue leaves for the device by hand; the entry that says so."""
    await publish_file(api.topics, serial, sequence=sequence, issue=issue, ledger=api.ledger)
    answer = await api.get(f"devices/{serial}/license-file?at_least={sequence}")
    while answer.status_code == 409:
        answer = await api.get(f"devices/{serial}/license-file?at_least={sequence}")
    assert answer.status_code == 200, answer.text
    return sequence + 1


async def test_balances_follow_what_is_allocated_and_delivered(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    await more_devices(api, project)
    first = accepted(await api.allocate(project, SERIAL, 10, 2))
    last = await delivered(api, SERIAL, first, 2)
    last = accepted(await api.allocate(project, SERIAL, 5))
    last = accepted(await api.allocate(project, OTHER, 1))

    page = await asked(api, f"balances?at_least={last}")

    assert (page["company"], page["devices"], page["next"]) == (ADRIA, 51, None)
    assert lines(page) == {"Port11": (34, 0, 16, 10), "BRI": (2, 0, 2, 2)}
    assert [(row["project_name"], row["devices"], lines(row)) for row in page["items"]] == [
        ("DEFAULT", 0, {}),
        ("Hotel Adria", 51, lines(page)),
    ]
    balance = await asked(api, f"projects/{project}/balance")
    assert allocated(balance) == {"BRI": (2, 2), "Port11": (16, 10)}
    assert (await asked(api, f"projects/{project}/devices?limit=50"))["next"]
    cards = (await asked(api, "projects?expand=counts"))["items"]
    assert [card["counts"] for card in cards] == [{"devices": 0, "free": 0}, {"devices": 51, "free": 36}]
    assert [card["counts"] for card in (await asked(api, "projects"))["items"]] == [None, None]
    assert problem(await api.get("projects?expand=milk")) == (422, "request_invalid")

    now = (await asked(api, "projects?expand=balances"))["items"]
    then = (await asked(api, f"projects?expand=balances&as_of={first}"))["items"]
    assert [free(one) for one in now] == [{}, {"BRI": 2, "Port11": 34}]
    assert [one["balances"]["allocated"] for one in now] == [[], balance["allocated"]]
    assert [allocated(one["balances"]) for one in then] == [{}, {"BRI": (2, 0), "Port11": (10, 0)}]
    fetched = await asked(api, f"projects/{project}/balance?as_of={first + 1}&expand=allocated")
    assert allocated(fetched) == {"BRI": (2, 2), "Port11": (10, 10)}
    newest = await asked(api, f"projects/{project}/balance?as_of={last}&expand=allocated")
    assert allocated(newest) == allocated(balance)
    assert [free(one) for one in then] == [{}, {"BRI": 2, "Port11": 40}]
    assert [one["balances"]["as_of"] for one in then] == [first, first]
    assert then[1]["balances"] == await asked(api, f"projects/{project}/balance?as_of={first}&expand=allocated")
    assert (await asked(api, f"projects/{project}/balance?as_of={first}"))["allocated"] is None
    opened = now[1]["sequence"]
    assert [one["project"] for one in (await asked(api, f"projects?as_of={opened - 1}"))["items"]] == [
        now[0]["project"]
    ]
    assert (await asked(api, f"projects?as_of={opened - 1}&project_name=Hotel"))["items"] == []
    assert (await asked(api, f"projects?as_of={opened}&project_name=Hotel"))["items"][0]["project"] == project
    assert problem(await api.get(f"projects?expand=counts&as_of={first}")) == (422, "request_invalid")


async def test_balances_hold_what_the_caller_sees_of_a_company(api: Api) -> None:
    await api.company(BORA, BEN)
    project, ben = await api.stocked_project(SERIAL), api.token(BEN, BORA)
    await redeemed(api, default_project_of(ADRIA), Port11=7)
    accepted(await api.allocate(project, SERIAL, 8))
    body = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    last = accepted(await api.post(f"projects/{project}/members", body))
    path = f"balances?company={ADRIA}&at_least={last}"

    whole = await asked(api, path)
    assert lines(whole)["Port11"] == (49, 0, 8, 0)
    assert await asked(api, path, api.staff) == whole
    first = await asked(api, f"{path}&limit=1")
    second = await asked(api, f"{path}&limit=1&cursor={first['next']}")
    assert [*first["items"], *second["items"]] == whole["items"]
    assert lines(first) == lines(second) == lines(whole)
    seen = await asked(api, path, ben)
    assert (lines(seen)["Port11"], seen["devices"]) == ((42, 0, 8, 0), 1)
    assert allocated(await asked(api, f"projects/{project}/balance", ben)) == {"Port11": (8, 0)}
    assert problem(await api.get(f"projects/{default_project_of(ADRIA)}/balance", ben)) == (404, "project_unknown")
    assert [row["project"] for row in seen["items"]] == [project]
    own = await asked(api, "balances", ben)
    assert (own["company"], own["devices"], own["licenses"]) == (BORA, 0, [])


async def test_what_a_company_took_over_or_gave_away_counts_where_it_is(api: Api) -> None:
    await api.company(BORA, BEN)
    ben, project = api.token(BEN, BORA), await api.stocked_project(SERIAL, OTHER)
    accepted(await api.allocate(project, SERIAL, 0, 3))
    accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}))
    last = accepted(await api.post(f"devices/{SERIAL}/acceptances", {"project": BORAS}, ben))

    given = await asked(api, f"balances?at_least={last}", ben)
    assert (given["devices"], lines(given)) == (1, {"BRI": (0, 0, 3, 0)})
    assert lines(await asked(api, "balances")) == {"Port11": (50, 0, 0, 0), "BRI": (1, 0, 0, 0)}

    accepted(await api.post(f"companies/{ADRIA}/offers", {"offered_to": BORA}))
    last = accepted(await api.post(f"companies/{BORA}/imports", {"former_company": ADRIA}, ben))
    both = await asked(api, f"balances?at_least={last}", ben)
    assert (both["devices"], lines(both)) == (2, {"Port11": (50, 0, 0, 0), "BRI": (1, 0, 3, 0)})
    assert (await asked(api, f"balances?company={ADRIA}", api.staff))["licenses"] == []
