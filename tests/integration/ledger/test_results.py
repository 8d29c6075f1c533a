"""Commands answer with what they made, so that nobody has to ask again."""

from typing import Any

from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api, a_delivered_device, accepted, asked, redeemed
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.ledger.story_company_imports import CLEO

SERIAL = "009033010203"
DEFAULT = default_project_of(ADRIA)
EXTENSION = {"license_type": "WE-12", "confirm_final": True}


async def made(api: Api, path: str, body: Any, who: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await api.post(path, body, who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def bought(api: Api, project: str, months: int) -> dict[str, Any]:
    price = await asked(api, f"projects/{project}/software-service/price?months={months}")
    body = {"months": months, "preview_digest": price["preview_digest"]}
    answer = await made(api, f"projects/{project}/software-service", body)
    assert (answer["credits"], answer["ends_on"]) == (price["credits"], price["ends_on"])
    return answer


async def test_a_company_names_its_first_project_and_an_invitation_the_company_that_was_joined(api: Api) -> None:
    registered = await made(api, "companies", {"kind": "reseller", "administrator": BEN, "company": BORA}, api.staff)
    invitation = await made(api, f"companies/{ADRIA}/invitations", None)

    code = {"invitation_code": invitation["invitation_code"]}
    joined = await made(api, "invitations/acceptances", code, api.token(CLEO, BORA))

    assert registered["default_project"] == default_project_of(BORA)
    assert (joined["account"], joined["company"]) == (CLEO, ADRIA)


async def test_a_warranty_says_until_when_and_an_end_customer_is_told_nothing_of_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await a_delivered_device(api, SERIAL)
    await redeemed(api, project, **{"WE-12": 2})
    await api.company(BORA, BEN, kind="end_customer")
    rights = {"account": BEN, "acting_for": BORA, "rights": ["service"]}
    accepted(await api.post(f"projects/{project}/members", rights))

    mine = await made(api, f"devices/{SERIAL}/warranty-extensions", EXTENSION)
    theirs = await made(api, f"devices/{SERIAL}/warranty-extensions", EXTENSION, api.token(BEN, BORA))
    guarantee = await asked(api, f"devices/{SERIAL}/guarantee?as_of={mine['sequence']}")

    assert mine["ends_on"] == guarantee["ends_on"]
    assert theirs.keys() == {"serial", "sequence"}


async def test_a_test_says_until_when(api: Api) -> None:
    await api.stocked_project(SERIAL)
    await a_delivered_device(api, SERIAL)

    issued = await made(api, f"devices/{SERIAL}/test-licenses", {"version": 11, "count": 10})

    assert issued["ends_on"] == (await asked(api, f"devices/{SERIAL}/test-licenses"))["ends_on"]


async def test_an_allocation_names_the_license_file_that_carries_it(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    lots = [{"license_type": "Port11", "count": 5}]

    allocation = {"serial": SERIAL, "licenses": lots}

    allocated, again = [await api.post(f"projects/{project}/allocations", allocation, key="once") for _ in range(2)]
    taken_back = await made(api, f"projects/{project}/deallocations", {"serial": SERIAL, "licenses": lots})

    assert allocated.json() == again.json(), "also a repetition names it, which the outcome does not"
    assert [allocated.json()["issue"], taken_back["issue"]] == [2, 3]
    assert taken_back["issue"] == (await asked(api, f"devices/{SERIAL}?at_least={taken_back['sequence']}"))["issue"]


async def test_service_transfers_and_upgrades_say_what_was_charged_what_waits_and_what_came(api: Api) -> None:
    project = await api.stocked_project(ports=12)
    last = await redeemed(api, project, SSC=12)
    await asked(api, f"projects/{project}?at_least={last}")
    await bought(api, project, 12)
    last = await redeemed(api, DEFAULT, Port10=24)
    await asked(api, f"projects/{project}?at_least={last}")
    lots = [{"license_type": "Port10", "count": 24}]

    moved = await made(api, f"projects/{DEFAULT}/transfers", {"target": project, "licenses": lots})
    assert (moved["held"], moved["credits"]) == (lots, 0)
    last = await redeemed(api, project, SSC=100)
    price = await asked(api, f"projects/{project}/software-service/held-licenses/price?at_least={last}")
    paid = {"preview_digest": price["preview_digest"]}
    released = await made(api, f"projects/{project}/software-service/held-licenses/releases", paid)
    assert (released["credits"], released["released"]) == (price["credits"], lots)
    upgraded = await made(api, f"projects/{project}/upgrades", {"version": 11})
    assert upgraded["licenses"] == [{"license_type": "Port11", "count": 24}]
    back = await made(api, f"projects/{project}/transfers", {"target": DEFAULT, "licenses": upgraded["licenses"]})
    assert (back["held"], back["credits"]) == ([], 0)


async def test_a_conversion_says_what_came(api: Api) -> None:
    project = await api.stocked_project()
    old = [{"license_name": "Registrations", "count": 5}]
    imported = await made(
        api, f"projects/{project}/legacy-licenses", {"licenses": old, "reference": "CASE-1"}, api.staff
    )
    path = f"projects/{project}/legacy-conversions"
    preview = await asked(api, f"{path}/preview?at_least={imported['sequence']}")

    converted = await made(api, path, {"preview_digest": preview["preview_digest"]})

    assert (converted["licenses"], converted["held"], converted["credits"]) == (preview["new"], [], 0)
