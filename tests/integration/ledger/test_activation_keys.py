"""A key before, while and after it is redeemed, asked of the whole API: writer, projector, broker and database."""

from typing import Any

import pytest

from contracts.codes.activation_key import digest, normalise
from contracts.codes.code_hint import hint_of
from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import WHY, Api, asked, done
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.ledger.story_members import GUS, MIA

PREVIEWS, REDEMPTIONS = "activation-keys/previews", "activation-keys/redemptions"
DEFAULT = default_project_of(ADRIA)
PORTS = {"license_type": "Port11", "license_class": "pbx", "count": 7}
CREDITS = {"license_type": "SSC", "license_class": "service", "count": 3}


@pytest.fixture
async def api(api: Api) -> Api:
    await api.company(BORA, BEN)
    return api


async def a_key(api: Api, **counts: int) -> tuple[str, int]:
    """A key as it was issued, and the entry that issued it."""
    lots = [{"license_type": name, "count": count} for name, count in counts.items()]
    order = {"licenses": lots, "order_number": "PO-7", "customer_reference": "Hotel"}
    issued = (await api.post("activation-keys", order, api.staff)).json()
    return issued["activation_key"], issued["sequence"]


async def previewed(api: Api, key: str, at_least: int, who: dict[str, str] | None = None, **body: str) -> Any:
    answer = await api.post(f"{PREVIEWS}?at_least={at_least}", {"activation_key": key.lower(), **body}, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(api: Api, key: str, at_least: int, who: dict[str, str] | None = None, **body: str) -> tuple[int, str]:
    return problem(await api.post(f"{PREVIEWS}?at_least={at_least}", {"activation_key": key, **body}, who))


async def a_guest(api: Api, account: str, *, project: str) -> dict[str, str]:
    """An account of another company that may see one project."""
    await done(api, f"companies/{BORA}/members", {"account": account}, api.token(BEN, BORA))
    await done(api, f"projects/{project}/members", {"account": account, "acting_for": BORA, "rights": ["view"]})
    return api.token(account, BORA)


async def with_paid_service(api: Api) -> str:
    """A project of 12 ports with a year of software service and no credit left."""
    project = await api.stocked_project(ports=12)
    key, _ = await a_key(api, SSC=12)
    paid = await done(api, REDEMPTIONS, {"activation_key": key, "project": project})
    service = f"projects/{project}/software-service"
    price = await asked(api, f"{service}/price?months=12&at_least={paid}")
    await done(api, service, {"months": 12, "preview_digest": price["preview_digest"]})
    return project


async def test_a_preview_shows_what_a_key_stands_for_and_redeems_nothing(api: Api) -> None:
    key, issued = await a_key(api, Port11=7, SSC=3)

    seen = await previewed(api, key, issued)

    assert (seen["state"], seen["key_hint"], seen["redeemed"]) == ("redeemable", hint_of(seen["key_digest"]), None)
    assert seen["licenses"] == [PORTS | {"held": None}, CREDITS | {"held": None}]
    assert await previewed(api, key, issued, project=DEFAULT) == seen | {
        "credits": 0,
        "licenses": [PORTS | {"held": 0}, CREDITS | {"held": 0}],
    }


async def test_a_preview_says_what_would_wait_until_software_service_is_paid_and_so_it_comes(api: Api) -> None:
    project = await with_paid_service(api)
    key, issued = await a_key(api, Port11=7, SSC=3)

    seen = await previewed(api, key, issued, project=project)
    redeemed = (await api.post(REDEMPTIONS, {"activation_key": key, "project": project})).json()

    assert seen["licenses"] == [PORTS | {"held": 7}, CREDITS | {"held": 0}]
    assert seen["credits"] == 0
    assert redeemed["licenses"] == seen["licenses"]
    assert redeemed["key_digest"] == digest(normalise(key))


async def test_a_preview_says_what_the_project_would_pay_at_once_with_credits_that_come_along(api: Api) -> None:
    project = await with_paid_service(api)
    key, issued = await a_key(api, Port11=7, SSC=8)

    seen = await previewed(api, key, issued, project=project)
    redeemed = (await api.post(REDEMPTIONS, {"activation_key": key, "project": project})).json()

    assert seen["credits"] == 7
    assert [lot["held"] for lot in seen["licenses"]] == [0, 0]
    assert redeemed["licenses"] == seen["licenses"]
    assert await api.free(project, redeemed["sequence"]) == {"BRI": 4, "Port11": 19, "SSC": 1}


async def test_a_redemption_that_is_repeated_tells_the_same(api: Api) -> None:
    key, _ = await a_key(api, Port11=7)
    body = {"activation_key": key, "project": DEFAULT}

    first = (await api.post(REDEMPTIONS, body, key="once")).json()
    await asked(api, f"projects/{DEFAULT}?at_least={first['sequence']}")
    again = (await api.post(REDEMPTIONS, body, key="once")).json()

    assert again["licenses"] == [PORTS | {"held": 0}]
    assert first in (again, again | {"licenses": None})  # null, where the read side was late


async def test_a_preview_is_refused_as_the_redemption_would_be(api: Api) -> None:
    key, _ = await a_key(api, Port11=7)
    mia, ben = api.token(MIA), api.token(BEN, BORA)
    last = await done(api, f"companies/{ADRIA}/members", {"account": MIA})
    closed = (await api.post("projects", {"project_name": "Closed"})).json()["project"]
    last = await done(api, f"projects/{closed}/archiving", {})

    assert await refused(api, "7K3M-9Q2X-0ABC-DEF1", last) == (422, "key_checksum")
    assert await refused(api, key, last, mia, project=DEFAULT) == (403, "no_right")
    assert await refused(api, key, last, api.staff, project=DEFAULT) == (403, "no_right")
    assert await refused(api, key, last, ben, project=DEFAULT) == (404, "project_unknown")
    assert await refused(api, key, last, project=closed) == (409, "project_archived")
    last = await done(api, "blocks", {"activation_key": key} | WHY, api.staff)
    blocked = await api.post(f"{PREVIEWS}?at_least={last}", {"activation_key": key})
    assert problem(blocked) == (409, "key_blocked")
    assert (blocked.json()["rule"], blocked.json()["entries"]) == ("X5", [last])
    redemption = await api.post(REDEMPTIONS, {"activation_key": key, "project": DEFAULT})
    assert problem(redemption) == (409, "key_blocked")
    assert (redemption.json()["rule"], redemption.json()["entries"]) == ("X5", [last])


async def test_a_blocked_company_sees_what_a_key_is_and_that_it_can_do_nothing_with_it(api: Api) -> None:
    key, _ = await a_key(api, Port11=7)
    blocked = await done(api, "blocks", {"company": ADRIA} | WHY, api.staff)

    assert (await previewed(api, key, blocked))["state"] == "redeemable"
    assert await refused(api, key, blocked, project=DEFAULT) == (403, "company_blocked")


async def test_where_a_key_went_is_told_to_whoever_may_see_it_there(api: Api) -> None:
    project = await api.stocked_project()
    key, _ = await a_key(api, Port11=7)
    gus, mia, ben = await a_guest(api, GUS, project=project), api.token(MIA), api.token(BEN, BORA)
    await done(api, f"companies/{ADRIA}/members", {"account": MIA})
    redeemed = await done(api, REDEMPTIONS, {"activation_key": key, "project": project})
    about = f"activation-keys/{digest(normalise(key))}"

    for who in (api.token(), gus, api.staff):
        seen = await previewed(api, key, redeemed, who)
        row = await asked(api, about, who)
        history = await asked(api, f"{about}/history", who)
        assert (seen["state"], seen["redeemed"]["project"], seen["redeemed"]["sequence"]) == (
            "redeemed",
            project,
            redeemed,
        )
        assert (row["project"], row["redeemed_sequence"], row["redeemed"]) == (
            project,
            redeemed,
            seen["redeemed"]["time"],
        )
        assert [entry["sequence"] for entry in history["items"]] == [row["issued_sequence"], redeemed]
    for who in (mia, ben):
        assert await refused(api, key, redeemed, who) == (409, "key_already_redeemed")
    for path in (about, f"{about}/history"):
        assert problem(await api.get(path, mia)) == (403, "no_right")
        assert problem(await api.get(path, ben)) == (404, "key_unknown")


async def test_the_order_of_a_key_is_told_to_the_vendors_staff_only(api: Api) -> None:
    key, _ = await a_key(api, Port11=7)
    redeemed = await done(api, REDEMPTIONS, {"activation_key": key, "project": DEFAULT})
    about = f"activation-keys/{digest(normalise(key))}?at_least={redeemed}"

    own, staffs = await asked(api, about), await asked(api, about, api.staff)

    assert (staffs["order_number"], staffs["customer_reference"]) == ("PO-7", "Hotel")
    assert own == staffs | {"order_number": None, "customer_reference": None}


async def test_a_key_that_waits_is_for_staff_and_for_who_types_it(api: Api) -> None:
    key, issued = await a_key(api, Port11=7)
    about = f"activation-keys/{digest(normalise(key))}?at_least={issued}"

    assert problem(await api.get(about)) == (404, "key_unknown")
    assert (await previewed(api, key, issued, api.token(BEN, BORA)))["state"] == "redeemable"


async def test_a_projects_people_read_which_keys_it_redeemed_and_only_staff_their_orders(api: Api) -> None:
    project = await api.stocked_project()
    guest = await a_guest(api, GUS, project=project)
    keys = [await a_key(api, Port11=count) for count in (1, 2)]
    body = [{"activation_key": key, "project": project} for key, _ in reversed(keys)]
    last = [await done(api, REDEMPTIONS, one) for one in body][-1]
    path = f"projects/{project}/activation-keys"

    page = await asked(api, f"{path}?at_least={last}", guest)
    assert [sum(lot["count"] for lot in row["licenses"]) for row in page["items"]] == [54, 2, 1]
    assert {(row["order_number"], row["customer_reference"]) for row in page["items"]} == {(None, None)}
    assert page == await asked(api, path)
    first = await asked(api, f"{path}?limit=2")
    second = await asked(api, f"{path}?limit=2&cursor={first['next']}")
    assert [*first["items"], *second["items"]] == page["items"]
    staff = (await asked(api, path, api.staff))["items"]
    assert [(row["order_number"], row["customer_reference"]) for row in staff[1:]] == [("PO-7", "Hotel")] * 2
    assert problem(await api.get(path, api.token(BEN, BORA))) == (404, "project_unknown")
