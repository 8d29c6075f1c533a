"""Companies, projects, devices and the catalog in lists: narrowed, and page by page."""

import unicodedata
from typing import Any
from urllib.parse import quote

from contracts.identifiers import default_project_of
from contracts.licenses import DEFAULT_CATALOG
from tests.support.ledger.api_at_work import Api, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, BEN, BORA, VENDOR

SERIAL, OTHER = "009033010203", "009033010204"


async def done(api: Api, path: str, body: Any, who: dict[str, str] | None = None) -> int:
    answer = await api.post(path, body, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["sequence"])


async def listed(api: Api, path: str, column: str, who: dict[str, str] | None = None) -> list[Any]:
    """All rows, two on a page."""
    found, cursor = list[Any](), ""
    while True:
        answer = await api.get(f"{path}{'&' if '?' in path else '?'}limit=2{cursor}", who)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [row[column] for row in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_staff_finds_every_company_and_sees_what_is_blocked(api: Api) -> None:
    guest = "00000000-0000-4000-8000-000000000001"
    await api.company(BORA, BEN)
    await done(api, "companies", {"kind": "end_customer", "administrator": BEN, "company": guest}, api.staff)
    block = {"company": BORA, "reason": "Unpaid", "reference": "CASE-1"}
    last = await done(api, "blocks", block, api.staff)
    path = f"companies?at_least={last}"

    assert await listed(api, path, "company", api.staff) == [VENDOR, ADRIA, BORA, guest]
    assert await listed(api, f"{path}&kind=reseller", "company", api.staff) == [ADRIA, BORA]
    assert await listed(api, f"{path}&kind=vendor", "company", api.staff) == [VENDOR]
    blocked = await listed(api, path, "blocked", api.staff)
    assert [one and one["subject"] for one in blocked] == [None, None, f"companies/{BORA}", None]
    assert await listed(api, path, "company", api.token(BEN, guest)) == [BORA, guest]
    assert await listed(api, f"{path}&kind=end_customer", "company", api.token(BEN, guest)) == [guest]
    assert problem(await api.get("companies?kind=bank", api.staff)) == (422, "request_invalid")


async def test_projects_are_found_by_name_company_and_state(api: Api) -> None:
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    names = ("Hotel Zoë", "hotel Adria", "Spa", "HOTEL Bora", "Hotelier")
    ids = [(await api.post("projects", {"project_name": name})).json()["project"] for name in names]
    await done(api, "projects", {"project_name": "Hotel Bora"}, ben)
    last = await done(api, f"projects/{ids[4]}/archiving", {})
    path = f"projects?at_least={last}"

    assert await listed(api, path, "project_name") == ["DEFAULT", *names]
    assert await listed(api, f"{path}&project_name=hotel", "project_name") == [
        "hotel Adria",
        "HOTEL Bora",
        "Hotel Zoë",
        "Hotelier",
    ]
    assert await listed(api, f"{path}&project_name=HOTEL%20", "project_name") == [
        "hotel Adria",
        "HOTEL Bora",
        "Hotel Zoë",
    ]
    assert await listed(api, f"{path}&project_name=hotel&archived=true", "project_name") == ["Hotelier"]
    assert await listed(api, f"{path}&archived=false", "project_name") == ["DEFAULT", *names[:4]]
    assert await listed(api, f"{path}&project_name=%25", "project_name") == []
    assert await listed(api, f"{path}&project_name=zoe", "project_name") == []
    of_bora = f"{path}&company={BORA}"
    assert await listed(api, of_bora, "project_name", api.staff) == ["DEFAULT", "Hotel Bora"]
    assert await listed(api, f"{of_bora}&project_name=hotel", "project_name", api.staff) == ["Hotel Bora"]
    assert len(await listed(api, f"{path}&project_name=hotel", "project_name", api.staff)) == 5
    assert await listed(api, of_bora, "project_name") == []
    assert problem(await api.get("projects?company=nobody")) == (404, "company_unknown")
    assert problem(await api.get("projects?project_name=%00")) == (422, "request_invalid")


async def test_a_name_is_found_however_it_is_composed_and_in_capitals(api: Api) -> None:
    names = (unicodedata.normalize("NFD", "Müller Bau"), "Hauptstraße 5", "Kapita\ufb01n")
    last = [await done(api, "projects", {"project_name": name}) for name in names][-1]

    for asked, name in zip(("Müller", "HAUPTSTRASSE", "kapitafin"), names, strict=True):
        assert await listed(api, f"projects?at_least={last}&project_name={quote(asked)}", "project_name") == [name]
    taken = await api.post("projects", {"project_name": "HAUPTSTRASSE  5"})
    assert problem(taken) == (409, "project_name_taken")


async def test_a_page_goes_on_where_it_ended_though_its_last_project_was_renamed(api: Api) -> None:
    ids = [(await api.post("projects", {"project_name": f"Page {number}"})).json()["project"] for number in range(6)]
    path = "projects?project_name=page&limit=3"
    first = (await api.get(f"{path}&at_least=8")).json()
    last = await done(api, f"projects/{ids[2]}/renaming", {"project_name": "Spa"})
    last = max(last, await done(api, f"projects/{ids[1]}/renaming", {"project_name": "Page 9"}))

    second = (await api.get(f"{path}&at_least={last}&cursor={first['next']}")).json()

    assert [row["project_name"] for row in first["items"]] == ["Page 0", "Page 1", "Page 2"]
    assert [row["project_name"] for row in second["items"]] == ["Page 3", "Page 4", "Page 5"]


async def test_a_guest_finds_the_projects_of_a_company_that_it_may_see_and_no_others(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.stocked_project(OTHER, name="Hotel Bora")
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    granted = await done(api, f"projects/{project}/members", {"account": BEN, "acting_for": BORA, "rights": ["view"]})

    assert await listed(api, f"projects?at_least={granted}&company={ADRIA}", "project", ben) == [project]
    assert await listed(api, "projects?project_name=hotel", "project", ben) == [project]
    assert await listed(api, f"projects?company={BORA}", "project", ben) == [default_project_of(BORA)]
    assert await listed(api, f"devices?company={ADRIA}", "serial", ben) == [SERIAL]
    assert await listed(api, f"devices?company={BORA}", "serial", ben) == []
    assert await listed(api, f"devices?company={ADRIA}", "serial", api.staff) == [SERIAL, OTHER]
    assert await listed(api, f"devices?company={BORA}", "serial", api.staff) == []
    assert await listed(api, f"devices?company={ADRIA}&project={project}", "serial", api.staff) == [SERIAL]
    assert await listed(api, f"devices?company={BORA}&project={project}", "serial", api.staff) == []


async def test_the_catalog_goes_page_by_page(api: Api) -> None:
    models = [{"model": f"IP{number}", "family": "IP"} for number in range(5)]
    last = await done(api, "device-models", {"models": models, "reference": "CAT-1"}, api.staff)

    assert await listed(api, f"device-models?at_least={last}", "model") == [one["model"] for one in models]
    names = await listed(api, "license-types", "license_type")
    assert sorted(names) == sorted(one.license_type for one in DEFAULT_CATALOG)


async def test_a_list_is_read_from_either_end_and_a_cursor_belongs_to_its_order(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = await done(api, f"projects/{project}/claim-codes", {})
    await api.company(BORA, BEN)
    for number in range(2):
        await api.stocked_project(name=f"Hotel {number}")
        await redeemed(api, project, Port11=number + 1)
        await done(api, f"companies/{ADRIA}/invitations", {})
        last = await done(api, f"projects/{project}/claim-codes", {})
    for serial in (SERIAL, OTHER):
        device = {"serial": serial, "reason": "Stolen", "reference": "CASE-1"}
        last = await done(api, "blocks", device, api.staff)

    for path, column in (
        ("companies", "company"),
        ("projects", "project"),
        ("activation-keys", "key_digest"),
        ("activation-keys?order_number=PO-1", "key_digest"),
        (f"projects/{project}/activation-keys", "key_digest"),
        (f"projects/{project}/claim-codes", "code_digest"),
        (f"projects/{project}/claim-codes?state=open", "code_digest"),
        (f"companies/{ADRIA}/invitations", "code_digest"),
        ("blocks", "sequence"),
    ):
        query = f"{path}{'&' if '?' in path else '?'}at_least={last}&"
        oldest = await listed(api, f"{query}order=oldest_first", column, api.staff)
        assert len(oldest) > 1, path
        assert await listed(api, query, column, api.staff) == oldest, path
        assert await listed(api, f"{query}order=newest_first", column, api.staff) == oldest[::-1], path
        page = (await api.get(f"{query}limit=1&order=newest_first", api.staff)).json()
        refused = await api.get(f"{query}limit=1&cursor={page['next']}", api.staff)
        assert (problem(refused), "cursor" in refused.json()["detail"]) == ((422, "request_invalid"), True), path


async def test_projects_and_what_they_have_come_by_name_where_that_is_asked_for(api: Api) -> None:
    names = ("Spa", "hotel Adria", "Alm", "Zoo")
    ids = [(await api.post("projects", {"project_name": name})).json()["project"] for name in names]
    last = await done(api, f"projects/{ids[3]}/archiving", {})
    by_name, newest = (f"projects?at_least={last}&order={order}" for order in ("name", "newest_first"))

    assert await listed(api, by_name, "project_name") == ["Alm", "DEFAULT", "hotel Adria", "Spa", "Zoo"]
    assert await listed(api, newest, "project_name") == ["Zoo", "Alm", "hotel Adria", "Spa", "DEFAULT"]
    assert await listed(api, f"{by_name}&archived=false", "project_name") == ["Alm", "DEFAULT", "hotel Adria", "Spa"]
    assert await listed(api, "balances?order=name", "project_name") == ["Alm", "DEFAULT", "hotel Adria", "Spa"]
    assert await listed(api, "balances?order=newest_first", "project_name") == ["Alm", "hotel Adria", "Spa", "DEFAULT"]
    assert await listed(api, f"{by_name}&project_name=s", "project_name") == ["Spa"]
    before = await listed(api, f"{newest}&as_of={last - 3}", "project_name")
    assert before == ["hotel Adria", "Spa", "DEFAULT"]
    assert await listed(api, f"{by_name}&as_of={last - 3}", "project_name") == ["DEFAULT", "hotel Adria", "Spa"]
    assert problem(await api.get(f"{newest}&project_name=s")) == (422, "request_invalid")
    cursor = (await api.get(f"{by_name}&limit=1")).json()["next"]
    for other in ("projects?order=newest_first", "projects?order=oldest_first", "balances?order=newest_first"):
        assert problem(await api.get(f"{other}&cursor={cursor}")) == (422, "request_invalid")
