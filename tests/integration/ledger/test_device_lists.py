"""Devices by the state of their files, by blocks and by model, and what is told beside them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.dates import civil_day
from contracts.identifiers import default_project_of
from contracts.topics import DEAD_LETTERS, DEVICE_ACTIVITY
from device_sync.adapters.activity_topic import ActivityTopic
from runtime.kafka import Producer
from tests.support.every_record import every_record
from tests.support.ledger.api_at_work import WHY, Api, a_delivered_device, accepted, asked, done
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import connected, publish_file, until
from tests.support.ledger.story import ADRIA, BEN, BORA

SERIAL, OTHER = "009033010203", "009033010204"
EVERYTHING = "expand=test,guarantee,offer"


def serials(page: dict[str, Any]) -> list[str]:
    return [row["serial"] for row in page["items"]]


async def fetched(api: Api, serial: str, sequence: int, issue: int) -> int:
    """The file of this issue leaves for the device by hand; the entry that says so."""
    await publish_file(api.topics, serial, sequence=sequence, issue=issue, ledger=api.ledger)
    answer = await api.get(f"devices/{serial}/license-file?at_least={sequence}")
    while answer.status_code == 409:
        answer = await api.get(f"devices/{serial}/license-file?at_least={sequence}")
    assert answer.status_code == 200, answer.text
    return sequence + 1


async def test_devices_are_listed_by_whether_their_newest_file_was_delivered(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = await fetched(api, SERIAL, accepted(await api.allocate(project, SERIAL, 5)), 2)

    assert serials(await asked(api, f"devices?delivered=true&at_least={last}")) == [SERIAL]
    assert serials(await asked(api, f"devices?delivered=false&project={project}")) == [OTHER]
    assert serials(await asked(api, "devices?delivered=true&license_type=Port11")) == [SERIAL]

    last = accepted(await api.allocate(project, SERIAL, 1))
    found = await asked(api, f"devices?delivered=false&at_least={last}")
    assert [(row["serial"], row["issue"], row["delivered_issue"]) for row in found["items"]] == [
        (SERIAL, 3, 2),
        (OTHER, 1, None),
    ]
    assert serials(await asked(api, "devices?delivered=false&license_type=Port11")) == [SERIAL]
    assert serials(await asked(api, "devices?delivered=true")) == []
    page = await asked(api, f"devices?delivered=false&company={ADRIA}&limit=1")
    assert serials(page) == [SERIAL]
    assert serials(await asked(api, f"devices?delivered=false&company={ADRIA}&cursor={page['next']}")) == [OTHER]
    past = await asked(api, f"devices/{SERIAL}?as_of={last - 1}")
    assert (past["issue"], past["delivered_issue"], past["as_of"]) == (2, 2, last - 1)


async def test_a_device_says_when_it_was_last_seen_since_it_came_into_its_project(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = accepted(await api.allocate(project, SERIAL, 1))
    now = datetime.now(UTC)
    before, first, second = now - timedelta(days=1), now + timedelta(seconds=1), now + timedelta(seconds=2)

    async with Producer(api.topics.connection("device-sync"), client_id="test") as producer:
        topic = ActivityTopic(producer, topic_prefix=api.topics.prefix)
        junk = b'{"seen": "now"}'
        await producer.send(api.topics.name(DEVICE_ACTIVITY), b"junk", junk)
        await topic.publish({(api.ledger, OTHER): before, (api.ledger + 1, OTHER): first})
        await topic.publish({(api.ledger, SERIAL): second})
        await topic.publish({(api.ledger, SERIAL): first})
        await until(lambda: _sightings_are_read(api, 5))

    found = await asked(api, f"devices?at_least={last}")
    assert {row["serial"]: row["last_seen"] for row in found["items"]} == {SERIAL: _text(second), OTHER: None}
    assert "last_seen" not in await asked(api, f"devices/{SERIAL}?as_of={last}")
    letters = await every_record(api.topics, [DEAD_LETTERS["ledger-projector"]])
    assert [junk in letter for letter in letters].count(True) == 1


async def _sightings_are_read(api: Api, records: int) -> bool:
    async with connected(api.database_url) as connection:
        read = await connection.fetchval("SELECT sum(next_offset) FROM activity.positions")
        return int(read or 0) >= records


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def test_devices_are_listed_by_blocks_of_their_own_and_of_their_company(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    accepted(await api.allocate(project, OTHER, 1))
    last = await done(api, "blocks", {"serial": SERIAL} | WHY, api.staff)
    assert serials(await asked(api, f"devices?blocked=true&at_least={last}")) == [SERIAL]
    assert serials(await asked(api, "devices?blocked=false&serial=009033")) == [OTHER]

    last = await done(api, "blocks", {"company": ADRIA} | WHY, api.staff)
    assert serials(await asked(api, f"devices?blocked=true&at_least={last}", api.staff)) == [SERIAL, OTHER]
    assert serials(await asked(api, "devices?blocked=true&license_type=Port11", api.staff)) == [OTHER]
    last = await done(api, "blocks/releases", {"company": ADRIA} | WHY, api.staff)
    assert serials(await asked(api, f"devices?blocked=true&at_least={last}")) == [SERIAL]
    last = await done(api, "blocks/releases", {"serial": SERIAL} | WHY, api.staff)
    assert serials(await asked(api, f"devices?blocked=true&at_least={last}")) == []
    assert serials(await asked(api, "devices?blocked=false&license_type=Port11")) == [OTHER]


async def test_devices_are_listed_by_model_once_they_are_proven_to_be_their_companys(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    last = accepted(await api.allocate(project, SERIAL, 1))
    assert problem(await api.get(f"devices?model=IP811&at_least={last}")) == (422, "model_unknown")
    last = await a_delivered_device(api, SERIAL)

    assert serials(await asked(api, f"devices?model=IP811&at_least={last}")) == [SERIAL]
    assert serials(await asked(api, f"devices?model=IP811&project={project}&license_type=Port11")) == [SERIAL]
    assert serials(await asked(api, "devices?model=IP811&delivered=true", api.staff)) == []


async def test_a_device_tells_what_is_asked_for_beside_it(api: Api) -> None:
    await api.company(BORA, BEN)
    await api.stocked_project(SERIAL, OTHER)
    await a_delivered_device(api, SERIAL)
    accepted(await api.post(f"devices/{SERIAL}/test-licenses", {"version": 11, "slave": False, "count": 5}))
    last = accepted(await api.post(f"devices/{SERIAL}/offers", {"company": BORA}))

    one = await asked(api, f"devices/{SERIAL}?{EVERYTHING}&at_least={last}")
    listed, other = (await asked(api, f"devices?{EVERYTHING}"))["items"]

    assert listed == one
    guarantee, test = (
        await asked(api, f"devices/{SERIAL}/guarantee"),
        await asked(api, f"devices/{SERIAL}/test-licenses"),
    )
    assert {name: one["guarantee"][name] for name in ("model", "ends_on", "days_left")} == {
        name: guarantee[name] for name in ("model", "ends_on", "days_left")
    }
    assert (one["test"]["ends_on"], one["test"]["sequence"]) == (test["ends_on"], test["sequence"])
    today = civil_day(datetime.now(UTC))
    assert f"{today + timedelta(days=one['test']['days_left'] - 1)}" == test["ends_on"]
    assert [one["offer"]] == (await asked(api, "device-offers"))["items"]
    assert {name: other[name] for name in ("test", "guarantee", "offer")} == {
        "test": None,
        "guarantee": None,
        "offer": None,
    }
    plain = await asked(api, f"devices/{SERIAL}")
    assert plain == {name: value for name, value in one.items() if name not in {"test", "guarantee", "offer"}}
    assert plain.keys() | {"offer"} == (await asked(api, f"devices/{SERIAL}?expand=offer")).keys()
    for path in ("devices?expand=milk", "devices?expand=test,,offer", f"devices/{SERIAL}?expand=milk"):
        assert problem(await api.get(path)) == (422, "request_invalid")
    assert problem(await api.get("devices?delivered=maybe")) == (422, "request_invalid")
    assert problem(await api.get("devices?blocked=milk")) == (422, "request_invalid")
    assert problem(await api.get(f"devices/{SERIAL}?expand=test&as_of={last}")) == (422, "request_invalid")


async def test_an_end_customer_gets_the_same_bytes_of_devices_whatever_is_guaranteed(api: Api) -> None:
    await api.company(BORA, BEN, kind="end_customer")
    ben, project = api.token(BEN, BORA), default_project_of(BORA)
    for serial in (SERIAL, OTHER):
        accepted(await api.post(f"projects/{project}/devices", {"serial": serial}, ben))
    models = {"models": [{"model": "IP811", "family": "IP8x1"}], "reference": "CAT-1"}
    before = await done(api, "device-models", models, api.staff)
    paths = [
        f"devices/{SERIAL}?{EVERYTHING}",
        f"devices?{EVERYTHING}",
        "devices?expand=guarantee&model=IP811",
        f"devices?model=IP811&project={project}",
        "devices?delivered=false&blocked=false&limit=1",
    ]

    async def bytes_at(sequence: int) -> list[bytes]:
        answers = [await api.get(f"{path}&at_least={sequence}", ben) for path in paths]
        assert [answer.status_code for answer in answers] == [200] * len(paths)
        return [answer.content for answer in answers]

    nothing = await bytes_at(before)
    day = f"{civil_day(datetime.now(UTC))}"
    device = {"serial": SERIAL, "model": "IP811", "delivered_on": day, "delivered_to": BORA}
    last = await done(api, "delivered-devices", {"devices": [device], "reference": "DN-1"}, api.staff)

    assert await bytes_at(last) == nothing
    assert all(b"guarantee" not in content for content in nothing)
    one, other = (await asked(api, f"devices?{EVERYTHING}", ben))["items"]
    assert one.keys() == other.keys()
    assert serials(await asked(api, "devices?model=IP811", api.staff)) == [SERIAL]


async def test_devices_are_listed_by_when_they_came_into_their_project(api: Api) -> None:
    project = await api.stocked_project(OTHER, SERIAL)
    third = "009033010205"
    await done(api, f"projects/{default_project_of(ADRIA)}/devices", {"serial": third})
    newest = "devices?order=newest_first"
    last = accepted(await api.allocate(project, OTHER, 1))

    assert serials(await asked(api, f"{newest}&at_least={last}")) == [third, SERIAL, OTHER]
    assert serials(await asked(api, f"{newest}&company={ADRIA}", api.staff)) == [third, SERIAL, OTHER]
    assert serials(await asked(api, f"projects/{project}/{newest}")) == serials(
        await asked(api, f"{newest}&project={project}")
    )
    page = await asked(api, f"{newest}&limit=2&expand=test")
    rest = await asked(api, f"{newest}&limit=2&cursor={page['next']}")
    assert (serials(page), serials(rest), rest["next"]) == ([third, SERIAL], [OTHER], None)
    assert page["items"][0]["arrived"] == page["items"][0]["changed"]
    by_serial = await asked(api, "devices?limit=1")
    for refused in (
        f"devices?cursor={page['next']}",
        f"{newest}&cursor={by_serial['next']}",
        f"projects/{project}/{newest}&cursor={by_serial['next']}",
        f"{newest}&delivered=true",
        f"{newest}&serial=0090",
        f"{newest}&as_of={last}",
        f"projects/{project}/{newest}&as_of={last}",
    ):
        assert problem(await api.get(refused)) == (422, "request_invalid"), refused

    last = await done(api, f"devices/{SERIAL}/moves", {"project": default_project_of(ADRIA)})
    assert serials(await asked(api, f"{newest}&at_least={last}")) == [SERIAL, third, OTHER]
    assert serials(await asked(api, f"projects/{project}/{newest}")) == [OTHER]


async def test_a_guest_lists_devices_by_arrival_until_they_leave(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    granted = {"account": BEN, "acting_for": BORA, "rights": ["view"]}
    last = await done(api, f"projects/{project}/members", granted)
    assert serials(await asked(api, f"devices?order=newest_first&at_least={last}", ben)) == [OTHER, SERIAL]
    last = await done(api, f"devices/{SERIAL}/release", {})
    assert serials(await asked(api, f"devices?order=newest_first&at_least={last}", ben)) == [OTHER]
    assert serials(await asked(api, "devices?order=newest_first", api.staff)) == [OTHER]
