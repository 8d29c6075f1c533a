"""The REST API with its writer, projector, broker and database; the signer's documents are published by hand."""

import asyncio
import secrets
from collections import Counter
from pathlib import Path

import pytest

from contracts.identifiers import default_project_of, derived_id
from dev.stack.kafka import Broker
from dev.stack.postgres import Cluster
from ledger.entrypoints.api.app import application
from tests.support.api_operations import Operation, about
from tests.support.documents import other_writings
from tests.support.ledger.api_at_work import WHY, Api, asked
from tests.support.ledger.api_in_memory import problem
from tests.support.ledger.projector_at_work import publish_file, publish_receipt, rows
from tests.support.ledger.story import ADRIA, BEN, BORA
from tests.support.new_passwords import new_passwords

SERIAL, OTHER = "009033010203", "009033010204"


@pytest.mark.own_processes
async def test_the_main_job_by_hand(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 20, 4)).json()["sequence"]
    assert await api.free(project, allocated) == {"Port11": 30, "BRI": 0}

    signed_file = await publish_file(api.topics, SERIAL, sequence=allocated, issue=2)
    file = await api.get(f"devices/{SERIAL}/license-file?at_least={allocated}")
    assert (file.status_code, file.content) == (200, signed_file)
    assert file.headers["content-type"] == "application/xml"
    again = await api.get(f"devices/{SERIAL}/license-file", if_none_match=file.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")

    delivery = (await api.get(f"devices/{SERIAL}?at_least={allocated + 1}")).json()["delivery"]
    assert (delivery["issue"], delivery["path"]) == (2, "manual")

    document = api.vendor.box(SERIAL).return_document(firmware="13r3 sr21", created="2026-11-24T11:00:00.5+01:00")
    signed_receipt = await publish_receipt(api.topics, SERIAL, sequence=allocated + 2)
    receipt = await api.give_back(SERIAL, document)
    assert (receipt.status_code, receipt.content) == (200, signed_receipt)
    for same in (document, *other_writings(document)):
        assert (await api.give_back(SERIAL, same)).content == receipt.content
    assert await api.free(project, allocated + 2) == {"Port11": 50, "BRI": 0}
    assert (await api.get(f"devices/{SERIAL}/return-receipt")).content == receipt.content

    returned = (await api.get(f"devices/{SERIAL}/history")).json()["items"][-1]["facts"]
    assert (returned["firmware"], returned["firmware_stated"]) == ("13", "13r3 sr21")

    movements = (await api.get(f"movements?device={SERIAL}")).json()["items"]
    assert [(row["license_type"], row["count"]) for row in movements] == [("BRI", 4), ("Port11", 20), ("Port11", -20)]
    assert sum(row[5] for row in await rows(api.database_url, "movements")) == 0


async def test_what_is_refused_says_why_and_moves_nothing(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 20)).json()["sequence"]

    too_many = await api.allocate(project, SERIAL, 31)

    assert problem(too_many) == (409, "insufficient_balance")
    assert (too_many.json()["wanted"], too_many.json()["free"]) == (31, 30)
    assert problem(await api.allocate(project, OTHER, 1)) == (404, "device_unknown")
    assert problem(await api.post("projects", {"project_name": "Hotel Adria"})) == (409, "project_name_taken")
    assert await api.free(project, allocated) == {"Port11": 30, "BRI": 4}


@pytest.mark.own_processes
async def test_the_file_is_not_given_out_before_its_delivery_is_an_entry(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 1)).json()["sequence"]
    document = await publish_file(api.topics, SERIAL, sequence=allocated, issue=2)
    reader = api.token(scope="licenses:read")
    refused = await api.get(f"devices/{SERIAL}/license-file?at_least={allocated}", reader)
    assert problem(refused) == (403, "scope_missing")
    assert 'scope="licenses:write"' in refused.headers["www-authenticate"]

    first, second = await asyncio.gather(
        *(api.get(f"devices/{SERIAL}/license-file?at_least={allocated}") for _ in range(2))
    )

    assert first.content == second.content == document
    assert [row[3] for row in await rows(api.database_url, "deliveries")] in ([], [2])
    await api.get(f"devices/{SERIAL}?at_least={allocated + 1}")
    assert [row[3:6:2] for row in await rows(api.database_url, "deliveries")] == [(2, "manual")]
    assert (await api.get(f"devices/{SERIAL}/license-file", reader)).content == document


@pytest.mark.own_processes
async def test_an_older_file_than_the_device_is_never_given_out(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await publish_file(api.topics, SERIAL, sequence=1, issue=1)
    allocated = (await api.allocate(project, SERIAL, 1)).json()["sequence"]

    response = await api.get(f"devices/{SERIAL}/license-file?at_least={allocated}")

    assert problem(response) == (503, "license_file_not_ready")


async def test_a_stranger_sees_nothing_and_learns_nothing(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    registered = await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    unknown = derived_id("nobody", "project")
    for path in ("", "/balance", "/devices"):
        assert (await api.get(f"projects/{project}{path}", ben)).json() == (
            await api.get(f"projects/{unknown}{path}", ben)
        ).json()
    for path in ("", "/license-file", "/return-receipt"):
        foreign, never = [await api.get(f"devices/{one}{path}", ben) for one in (SERIAL, "009033ffffff")]
        assert problem(foreign) == (404, "device_unknown")
        assert foreign.json() == never.json()
    assert problem(await api.get(f"movements?project={project}", ben)) == (404, "project_unknown")
    assert problem(await api.get(f"movements?device={SERIAL}", ben)) == (404, "device_unknown")
    assert problem(await api.get(f"companies/{ADRIA}", ben)) == (404, "company_unknown")
    assert [row["project_name"] for row in (await asked(api, f"projects?at_least={registered}", ben))["items"]] == [
        "DEFAULT"
    ]
    body = {"serial": SERIAL, "licenses": [{"license_type": "Port11", "count": 1}]}
    assert problem(await api.post(f"projects/{project}/allocations", body, ben)) == (404, "project_unknown")
    stolen = await api.give_back(SERIAL, api.vendor.box(SERIAL).return_document(), ben)
    assert problem(stolen) == (404, "device_unknown")


@pytest.mark.parametrize("own", [True, False], ids=["own-project", "their-project"])
async def test_by_no_operation_a_stranger_tells_what_others_have_from_what_nobody_has(api: Api, own: bool) -> None:
    theirs = await _things_of_others(api)
    nobodys = NOBODYS | {"sequence": "99999"}
    await api.company(BORA, BEN)
    ben = api.token(BEN, BORA)
    mine = {"project": default_project_of(BORA), "target": default_project_of(BORA)} if own else {}

    told_apart, statuses = {}, Counter[int]()
    for operation in about(application(), frozenset(nobodys)):
        foreign, unknown = [await _asked(api, operation, things, mine, ben) for things in (theirs, nobodys)]
        statuses[foreign[0]] += 1
        if foreign != unknown:
            told_apart[f"{operation.method} {operation.path} {operation.asked}"] = foreign, unknown
    assert told_apart == {}
    assert statuses[404] + statuses[403] > statuses[422]


NOBODYS = {
    "company": derived_id("nobody", "company"),
    "project": derived_id("nobody", "project"),
    "target": derived_id("nobody", "project"),
    "serial": "009033ffffff",
    "device": "009033ffffff",
    "key_digest": "0" * 64,
    "correction": derived_id("nobody", "correction"),
    "decision": derived_id("nobody", "decision"),
}


async def _things_of_others(api: Api) -> dict[str, str]:
    """A thing of another company for each name."""
    project = await api.stocked_project(SERIAL)
    await api.allocate(project, SERIAL, 1)
    keys = (await api.get("activation-keys", api.staff)).json()["items"]
    proposal = {
        "source": "issuance",
        "target": f"project/{project}",
        "licenses": [{"license_type": "Port11", "count": 1}],
        **WHY,
    }
    proposed = (await api.post("corrections", proposal, api.staff)).json()
    await api.get(f"corrections?at_least={proposed['sequence']}", api.staff)
    things = {"company": ADRIA, "project": project, "target": project, "serial": SERIAL, "device": SERIAL}
    return things | {
        "key_digest": keys[0]["key_digest"],
        "correction": proposed["correction"],
        "decision": NOBODYS["decision"],
        "sequence": str(proposed["sequence"]),
    }


async def _asked(
    api: Api, operation: Operation, things: dict[str, str], mine: dict[str, str], who: dict[str, str]
) -> tuple[int, str]:
    """Status and body, with every id of the asked thing called by its name."""
    address, body = operation.address(things), operation.said(things | mine)
    if operation.path.endswith("/return"):
        answer = await api.give_back(things["serial"], api.vendor.box(things["serial"]).return_document(), who)
    else:
        head = who | {"Idempotency-Key": secrets.token_hex(8)}
        answer = await api.client.request(
            operation.method, address, json=body, params=operation.query(things), headers=head
        )
    text = answer.text
    for name, value in things.items():
        text = text.replace(value, name) if name != "sequence" else text
    return answer.status_code, text


async def test_a_token_for_a_company_that_the_account_does_not_administer_sees_nothing(api: Api) -> None:
    project = await api.stocked_project()
    impostor = api.token(BEN, ADRIA)

    assert problem(await api.get(f"projects/{project}/balance", impostor)) == (404, "project_unknown")
    assert (await api.get("projects", impostor)).json()["items"] == []
    assert (await api.get("companies", impostor)).json()["items"] == []


async def test_staff_sees_everything_and_an_account_sees_its_companies(api: Api) -> None:
    project = await api.stocked_project(SERIAL)

    assert (await api.get(f"projects/{project}/balance", api.staff)).status_code == 200
    assert (await api.get(f"companies/{ADRIA}", api.staff)).json()["kind"] == "reseller"
    assert [row["company"] for row in (await api.get("companies")).json()["items"]] == [ADRIA]


async def test_pages_go_through_everything_once(api: Api) -> None:
    for number in range(7):
        await api.post("projects", {"project_name": f"Hotel {number}"})
    seen: list[str] = []
    path: str | None = "projects?limit=3&at_least=9"
    while path:
        page = (await api.get(path)).json()
        seen += [row["project_name"] for row in page["items"]]
        path = page["next"] and f"projects?limit=3&cursor={page['next']}"

    assert seen == ["DEFAULT", *(f"Hotel {number}" for number in range(7))]


async def test_pages_of_devices_and_movements_go_through_everything_once(api: Api) -> None:
    serials = [f"0090330000{number:02x}" for number in range(5)]
    project = await api.stocked_project(*serials)
    last = max([(await api.allocate(project, serial, 1)).json()["sequence"] for serial in serials])

    assert await _all(api, f"projects/{project}/devices?limit=2&at_least={last}", "serial") == serials
    assert len(await _all(api, f"movements?project={project}&limit=2", "sequence")) == 7


async def test_an_unchanged_answer_is_304(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    await api.free(project, (await api.allocate(project, SERIAL, 1)).json()["sequence"])
    first = await api.get(f"projects/{project}/balance")

    again = await api.get(f"projects/{project}/balance", if_none_match=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "document_malformed"),
        (b"<license-return", "document_malformed"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><license-return>&a;</license-return>', "document_malformed"),
        (b"<x>" + b"y" * 33_000 + b"</x>", "document_too_big"),
    ],
    ids=["empty", "cut", "entity", "big"],
)
async def test_a_return_document_that_is_none_is_refused(api: Api, document: bytes, code: str) -> None:
    assert problem(await api.give_back(SERIAL, document))[1] == code


async def test_a_return_document_that_proves_nothing_is_refused(api: Api) -> None:
    project = await api.stocked_project(SERIAL, OTHER)
    allocated = (await api.allocate(project, SERIAL, 20)).json()["sequence"]
    good = api.vendor.box(SERIAL).return_document()

    changed = await api.give_back(SERIAL, good.replace(b'firmware="11.00"', b'firmware="12.00"'))
    elsewhere = await api.give_back(OTHER, good)
    self_made = await api.give_back(SERIAL, type(api.vendor)().box(SERIAL).return_document())
    old = await api.give_back(SERIAL, api.vendor.box(SERIAL).return_document(firmware="7.00"))

    assert problem(changed) == problem(elsewhere) == (422, "signature_invalid")
    assert problem(self_made) == (403, "certificate_not_vendor_signed")
    assert problem(old) == (426, "firmware_too_old")
    assert await api.free(project, allocated) == {"Port11": 30, "BRI": 4}


@pytest.mark.own_processes
async def test_commands_survive_a_database_that_is_away_and_queries_say_503(api: Api, postgres: Cluster) -> None:
    project = await api.stocked_project(SERIAL)
    await asyncio.to_thread(postgres.stop)
    try:
        assert problem(await api.get(f"projects/{project}/balance")) == (503, "service_unavailable")
        allocated = await api.allocate(project, SERIAL, 1)
        assert allocated.status_code == 201
    finally:
        await asyncio.to_thread(postgres.start, lambda _: None)

    sequence = allocated.json()["sequence"]
    await _until_answered(api, project, sequence)
    assert (await api.free(project, sequence))["Port11"] == 49


@pytest.mark.campaign
@pytest.mark.own_processes
async def test_a_command_during_a_broker_restart_is_done_once_or_503(api: Api, broker: Broker) -> None:
    project = await api.stocked_project(SERIAL)
    await asyncio.to_thread(broker.stop)
    restart = asyncio.create_task(asyncio.to_thread(broker.start, lambda _: None))
    body = {"serial": SERIAL, "licenses": [{"license_type": "Port11", "count": 1}]}
    answers = [await api.post(f"projects/{project}/allocations", body, key="the-same")]
    while answers[-1].status_code != 201:
        assert problem(answers[-1]) == (503, "service_unavailable")
        await asyncio.sleep(0.5)
        answers.append(await api.post(f"projects/{project}/allocations", body, key="the-same"))
    await restart

    sequence = answers[-1].json()["sequence"]
    await _until_answered(api, project, sequence)
    assert (await api.free(project, sequence))["Port11"] == 49


@pytest.mark.campaign
@pytest.mark.own_processes
async def test_new_passwords_are_taken_over_by_writer_projector_and_api_while_they_run(
    api: Api, broker: Broker, postgres: Cluster, tmp_path: Path
) -> None:
    project = await api.stocked_project(SERIAL)
    users, roles = ("ledger-writer", "ledger-projector", "ledger-api"), ("ledger-projector", "ledger-api")
    files = {role: tmp_path / f"{role}.database-password" for role in roles}
    async with new_passwords(broker, postgres, users, files) as passwords:
        await passwords.reach_servers()
        assert problem(await api.get(f"projects/{project}/balance")) == (503, "service_unavailable")
        assert problem(await api.allocate(project, SERIAL, 1)) == (503, "service_unavailable")

        passwords.reach_files()
        async with asyncio.timeout(60):
            while (allocated := await api.allocate(project, SERIAL, 1)).status_code != 201:
                assert problem(allocated) == (503, "service_unavailable")
                await asyncio.sleep(0.5)
        sequence = allocated.json()["sequence"]
        await _until_answered(api, project, sequence)
        assert (await api.free(project, sequence))["Port11"] < 50


async def _until_answered(api: Api, project: str, sequence: int) -> None:
    async with asyncio.timeout(60):
        while (await api.get(f"projects/{project}/balance?at_least={sequence}")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _all(api: Api, path: str, field: str) -> list[str]:
    """A field of all rows of all pages."""
    found: list[str] = []
    cursor = ""
    while True:
        page = (await api.get(f"{path}{cursor}")).json()
        found += [row[field] for row in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_a_return_whose_receipt_is_not_made_yet_says_that_it_was_accepted(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 20)).json()["sequence"]

    answer = await api.give_back(SERIAL, api.vendor.box(SERIAL).return_document())

    assert problem(answer) == (503, "receipt_not_ready")
    assert answer.json()["sequence"] == allocated + 1
    assert (await api.free(project, allocated + 1))["Port11"] == 50


async def test_a_device_that_was_never_tested_says_so(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    allocated = (await api.allocate(project, SERIAL, 1)).json()["sequence"]

    assert problem(await api.get(f"devices/{SERIAL}/test-licenses?at_least={allocated}")) == (404, "test_unknown")
