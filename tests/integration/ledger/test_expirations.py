"""What ends soon, in one list: the soonest first, and to nobody more than single pages tell."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.codes import invitation_code
from contracts.dates import add_months, civil_day
from contracts.identifiers import default_project_of
from tests.support.ledger.api_at_work import Api, accepted, asked, done, member, redeemed
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA
from tests.support.ledger.story_members import GUS, MIA

SERIAL, OTHER = "009033010203", "009033010204"
ELEVEN_MONTHS = -11


def today() -> date:
    return civil_day(datetime.now(UTC))


async def delivered(api: Api, serial: str, to: str | None) -> int:
    model = {"models": [{"model": "IP811", "family": "IP8x1"}], "reference": "CAT-1"}
    await done(api, "device-models", model, api.staff)
    device = {"serial": serial, "model": "IP811", "delivered_on": f"{add_months(today(), ELEVEN_MONTHS)}"}
    device |= {} if to is None else {"delivered_to": to}
    return await done(api, "delivered-devices", {"devices": [device], "reference": "DN-1"}, api.staff)


async def with_service(api: Api, project: str) -> int:
    """Buy software service of the project for a year."""
    await redeemed(api, project, SSC=60)
    service = f"projects/{project}/software-service"
    price = await asked(api, f"{service}/price?months=12&at_least={await redeemed(api, project, Port11=1)}")
    return await done(api, service, {"months": 12, "preview_digest": price["preview_digest"]})


async def everything(api: Api) -> tuple[str, int]:
    """A project in which something of each kind ends, and the last entry."""
    project = await api.stocked_project(SERIAL)
    await delivered(api, SERIAL, ADRIA)
    await with_service(api, project)
    accepted(await api.post(f"devices/{SERIAL}/test-licenses", {"version": 11, "slave": False, "count": 5}))
    accepted(await api.post(f"projects/{project}/claim-codes", None))
    return project, accepted(await api.post(f"companies/{ADRIA}/invitations", None))


def kinds(page: dict[str, Any]) -> list[str]:
    return [row["kind"] for row in page["items"]]


async def test_what_ends_comes_soonest_first_and_as_its_own_page_says(api: Api) -> None:
    project, last = await everything(api)
    path = f"expirations?within=400&at_least={last}"

    found = (await asked(api, path))["items"]

    ends = [row["ends_on"] for row in found]
    assert ends == sorted(ends)
    of = {row["kind"]: row for row in found}
    assert set(of) == {"software_service", "warranty", "test_licenses", "claim_code", "invitation"}
    guarantee = await asked(api, f"devices/{SERIAL}/guarantee")
    assert {name: of["warranty"][name] for name in ("ends_on", "days_left")} == {
        name: guarantee[name] for name in ("ends_on", "days_left")
    }
    assert of["test_licenses"]["ends_on"] == (await asked(api, f"devices/{SERIAL}/test-licenses"))["ends_on"]
    assert of["software_service"]["ends_on"] == (await asked(api, f"projects/{project}/software-service"))["ends_on"]
    for kind, codes in (
        ("claim_code", f"projects/{project}/claim-codes"),
        ("invitation", f"companies/{ADRIA}/invitations"),
    ):
        (code,) = (await asked(api, codes))["items"]
        assert {name: of[kind][name] for name in ("code_digest", "code_hint", "expires", "sequence")} == {
            name: code[name] for name in ("code_digest", "code_hint", "expires", "sequence")
        }
        assert (
            of[kind]["ends_on"] == f"{civil_day(datetime.fromisoformat(code['expires']) - timedelta(microseconds=1))}"
        )
    assert {(row["project"], row["project_name"]) for row in found if row["kind"] != "invitation"} == {
        (project, "Hotel Adria")
    }
    assert {row["serial"] for row in found} == {SERIAL, None}


async def test_the_list_is_narrowed_and_goes_page_by_page(api: Api) -> None:
    project, last = await everything(api)
    path = f"expirations?within=400&at_least={last}"
    whole = await asked(api, path)

    paged, cursor = list[Any](), ""
    while True:
        page = await asked(api, f"{path}&limit=2{cursor}")
        paged += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert paged == whole["items"]
    assert await asked(api, path, api.staff) == whole
    assert kinds(await asked(api, f"expirations?within={invitation_code.VALID_DAYS + 2}")) == ["invitation"]
    assert kinds(await asked(api, "expirations?kind=warranty")) == ["warranty"]
    assert "invitation" not in kinds(await asked(api, f"{path}&project={project}"))
    assert len(kinds(await asked(api, f"{path}&project={project}"))) == 4
    assert kinds(await asked(api, f"{path}&project={default_project_of(ADRIA)}")) == []
    assert kinds(await asked(api, f"{path}&company={BORA}", api.staff)) == []
    assert await asked(api, f"{path}&company={ADRIA}", api.staff) == whole
    assert problem(await api.get("expirations?within=0")) == (422, "request_invalid")
    assert problem(await api.get("expirations?kind=milk")) == (422, "request_invalid")
    assert problem(await api.get("expirations?cursor=bWlsaw")) == (422, "request_invalid")
    assert problem(await api.get("expirations?project=nobodys")) == (404, "project_unknown")


async def test_an_end_customer_gets_the_same_bytes_whatever_is_guaranteed(api: Api) -> None:
    await api.company(BORA, BEN, kind="end_customer")
    ben, project = api.token(BEN, BORA), default_project_of(BORA)
    claimed = accepted(await api.post(f"projects/{project}/devices", {"serial": SERIAL}, ben))
    paths = ["expirations?within=3660", "expirations?kind=warranty", f"expirations?project={project}&limit=1"]

    async def bytes_at(sequence: int) -> list[bytes]:
        answers = [await api.get(f"{path}&at_least={sequence}", ben) for path in paths]
        assert [answer.status_code for answer in answers] == [200] * len(paths)
        return [answer.content for answer in answers]

    before = await bytes_at(claimed)
    after = await bytes_at(await delivered(api, SERIAL, BORA))

    assert after == before
    assert kinds(await asked(api, "expirations?kind=warranty", api.staff)) == ["warranty"]


async def test_a_warranty_is_not_listed_before_the_device_is_proven_to_be_the_companys(api: Api) -> None:
    await api.stocked_project(SERIAL, OTHER)
    await delivered(api, SERIAL, None)
    last = await delivered(api, OTHER, ADRIA)

    found = (await asked(api, f"expirations?kind=warranty&at_least={last}"))["items"]

    assert [row["serial"] for row in found] == [OTHER]
    assert problem(await api.get(f"devices/{SERIAL}/guarantee")) == (409, "contact_needed")


async def test_codes_are_for_whoever_may_withdraw_them(api: Api) -> None:
    await api.company(BORA, BEN)
    project, _ = await everything(api)
    await member(api, MIA, ADRIA, api.token())
    await member(api, GUS, BORA, api.token(BEN, BORA))

    async def granted(*rights: str) -> int:
        body = {"account": GUS, "acting_for": BORA, "rights": list(rights)}
        return accepted(await api.post(f"projects/{project}/members", body))

    path, gus = "expirations?within=400", api.token(GUS, BORA)
    assert kinds(await asked(api, f"{path}&at_least={await granted('view')}", gus)) == [
        "warranty",
        "test_licenses",
        "software_service",
    ]
    assert "claim_code" in kinds(await asked(api, f"{path}&at_least={await granted('licenses')}", gus))
    assert "invitation" not in kinds(await asked(api, path, gus))
    assert kinds(await asked(api, path, api.token(MIA))) == []
    assert kinds(await asked(api, path, api.token(BEN, BORA))) == []
    assert kinds(await asked(api, path, api.token(ANNA, BORA))) == []


async def test_what_was_used_withdrawn_or_released_ends_no_more(api: Api) -> None:
    project, told = await everything(api)
    (code,) = (await asked(api, f"projects/{project}/claim-codes?at_least={told}"))["items"]
    await done(api, f"projects/{project}/claim-code-withdrawals", {"code_digest": code["code_digest"]})
    (invitation,) = (await asked(api, f"companies/{ADRIA}/invitations"))["items"]
    withdrawal = {"code_digest": invitation["code_digest"]}
    await done(api, f"companies/{ADRIA}/invitation-withdrawals", withdrawal)
    reason = {"reason": "A demonstration", "reference": "CASE-1"}
    await done(api, f"devices/{SERIAL}/test-releases", reason, api.staff)
    last = accepted(await api.post(f"devices/{SERIAL}/release", None))

    assert kinds(await asked(api, f"expirations?within=400&at_least={last}")) == ["software_service"]
