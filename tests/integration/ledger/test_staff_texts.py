"""What staff writes and reads lies beside the log: texts in no record and erased on demand (ADR 20), reads (ADR 42)."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import asyncpg

from contracts.log.entries import decode_entry, entry_hash
from contracts.staff_texts import digest_of
from contracts.topics import TOPICS
from ledger.adapters.postgres import accesses, database
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.staff_texts import PostgresStaffTexts
from runtime.postgres.accesses import PostgresAccesses
from tests.support.databases import as_role
from tests.support.every_record import every_record
from tests.support.ledger.api_at_work import Api, accepted, asked, done
from tests.support.ledger.load import all_records
from tests.support.ledger.story import ADRIA, STAFF

SERIAL = "009033010203"


def _name(api: Api) -> str:
    """A person that no other test of this file names: they share topics and database."""
    return f"Zdenka Kovacevic {api.ledger}."


def _why(api: Api) -> dict[str, str]:
    return {"reason": f"{_name(api)} stole it", "reference": f"CASE {_name(api)}"}


async def _block(api: Api, key: str = "") -> int:
    response = await api.post("blocks", {"serial": SERIAL} | _why(api), api.staff, key)
    assert response.status_code == 201, response.text
    return int(response.json()["sequence"])


async def _rows_with(api: Api, text: str) -> list[str]:
    """The tables of the whole database that hold a text somewhere."""
    connection: Any = await asyncpg.connect(api.database_url)
    try:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('ledger', 'texts')"
        )
        return [
            table
            for schema, table in tables
            if await connection.fetchval(
                f"SELECT count(*) FROM {schema}.{table} AS t WHERE t::text LIKE '%' || $1 || '%'", text
            )
        ]
    finally:
        await connection.close()


async def _block_in_bulk(api: Api) -> int:
    line = {"idempotency_key": "in bulk", "command": {"name": "block", "company": ADRIA} | _why(api)}
    answer = await api.client.post("/v1/commands", content=json.dumps(line), headers=api.staff)
    assert answer.json()["status"] == 201, answer.text
    return int(answer.json()["answer"]["sequence"])


async def _correct_and_reject(api: Api, project: str) -> list[int]:
    lots = [{"license_type": "Port11", "count": 1}]
    body = {"source": "issuance", "target": f"project/{project}", "licenses": lots}
    proposed = await api.post("corrections", body | _why(api), api.staff)
    rejection = f"corrections/{proposed.json()['correction']}/rejection"
    return [accepted(proposed), await done(api, rejection, {"reason": _why(api)["reason"]}, api.staff)]


async def _propose_setting_aside(api: Api, sequence: int) -> int:
    (value,) = [one for one in await all_records(api.topics, api.ledger) if decode_entry(one).sequence == sequence]
    entries = [{"sequence": sequence, "entry_hash": entry_hash(value)}]
    return await done(api, "ledger/set-asides", {"entries": entries, "law": "account_negative"} | _why(api), api.staff)


async def test_a_name_is_in_no_record_of_any_topic_whichever_way_it_came(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    named = [await _block(api), *await _correct_and_reject(api, project), await _block_in_bulk(api)]
    named.append(await _propose_setting_aside(api, named[0]))

    told = [(await asked(api, f"entries/{one}/texts?at_least={one}", api.staff))["texts"] for one in named]
    records = await every_record(api.topics, TOPICS)

    assert all(any(one["text"] == _why(api)["reason"] for one in texts) for texts in told)
    for name in (b"device-blocked.v1", b"correction-rejected.v1", b"company-blocked.v1", b"setting-aside-proposed.v1"):
        assert any(name in record for record in records), name
    for form in (_name(api).encode(), b64encode(_name(api).encode())[:18]):
        assert not [record for record in records if form in record]


async def test_staff_reads_the_text_in_its_lists_and_can_check_the_digest(api: Api) -> None:
    await api.stocked_project(SERIAL)
    blocked = await _block(api)

    (block,) = (await asked(api, f"blocks?at_least={blocked}", api.staff))["items"]
    texts = (await asked(api, f"entries/{blocked}/texts", api.staff))["texts"]

    assert (block["reason"], block["reference"]) == (_why(api)["reason"], _why(api)["reference"])
    assert {one["member"]: one["text"] for one in texts} == _why(api)
    assert all(digest_of(one["text"], bytes.fromhex(one["salt"])) == one["digest"] for one in texts)


async def test_an_erased_text_is_nowhere_and_every_list_says_so(api: Api) -> None:
    await api.stocked_project(SERIAL)
    blocked = await _block(api, "once")
    assert (await api.get(f"entries/{blocked}/texts?at_least={blocked}", api.staff)).status_code == 200
    before = (await asked(api, f"devices/{SERIAL}/history", api.staff))["items"]

    erased = await api.client.delete(f"/v1/entries/{blocked}/texts", headers=api.staff)

    assert erased.status_code == 200, erased.text
    assert _name(api) not in json.dumps(erased.json())
    (block,) = (await asked(api, "blocks", api.staff))["items"]
    assert (block["reason"], block["reference"]) == ("erased", "erased")
    assert (await asked(api, f"devices/{SERIAL}/history", api.staff))["items"] == before
    assert await _rows_with(api, _name(api)) == []
    assert await _block(api, "once") == blocked
    assert await _rows_with(api, _name(api)) == []


async def test_a_repeated_request_is_the_same_command_and_another_text_is_not(api: Api) -> None:
    await api.stocked_project(SERIAL)
    blocked = await _block(api, "twice")

    assert await _block(api, "twice") == blocked
    other = await api.post("blocks", {"serial": SERIAL} | _why(api) | {"reason": "Another"}, api.staff, "twice")

    assert other.json()["code"] == "idempotency_key_reused"
    assert len((await asked(api, f"entries/{blocked}/texts?at_least={blocked}", api.staff))["texts"]) == 2


async def test_a_refused_command_leaves_no_text(api: Api) -> None:
    refused = await api.post("blocks", {"serial": SERIAL} | _why(api), api.staff)

    assert refused.status_code == 404
    assert await _rows_with(api, _name(api)) == []


async def test_what_one_of_two_equal_requests_discards_stays_for_the_other(api: Api) -> None:
    """One was refused and the other, which came meanwhile, was not."""
    command_id = f"{api.ledger:064x}"
    async with database.pool(as_role(api.database_url, "ledger-api"), most=1) as pool:
        texts = PostgresStaffTexts(pool, SnapshotReader(pool, api.ledger))
        first, second = await texts.keep(command_id, _why(api)), await texts.keep(command_id, _why(api))
        await texts.discard(command_id, first)
        assert await _rows_with(api, _name(api)) == []

        await texts.confirm(command_id, second)
        await texts.discard(command_id, first)

        assert await texts.keep(command_id, _why(api)) == first == second
    assert await _rows_with(api, _name(api)) == ["staff_texts"]


async def test_nobody_but_staff_reads_or_erases(api: Api) -> None:
    sequence = await done(api, "blocks", {"company": ADRIA} | _why(api), api.staff)

    assert (await api.get(f"entries/{sequence}/texts?at_least={sequence}")).json()["code"] == "no_right"
    refused = await api.client.delete(f"/v1/entries/{sequence}/texts", headers=api.token())
    assert refused.json()["code"] == "no_right"
    unknown = await api.get("entries/99999/texts", api.staff)
    assert unknown.json()["code"] == "entry_not_found"


async def test_who_writes_a_digest_elsewhere_reads_no_text_there(api: Api) -> None:
    """A license file shows the digest of a reason to whoever has the file, not only to whom the reason is told."""
    await api.stocked_project(SERIAL)
    blocked = await _block(api)
    texts = (await asked(api, f"entries/{blocked}/texts?at_least={blocked}", api.staff))["texts"]
    (digest,) = [one["digest"] for one in texts if one["member"] == "reason"]

    headers = api.token() | {"X-Correlation-Id": digest, "Idempotency-Key": "named"}
    made = (await api.client.post("/v1/projects", json={"project_name": digest}, headers=headers)).json()
    (entry,) = (await asked(api, f"projects/{made['project']}/history?at_least={made['sequence']}"))["items"]

    assert entry["facts"] == {"project_name": digest}
    assert entry["correlation_id"] == digest


async def _reads(api: Api, query: str = "") -> list[dict[str, Any]]:
    """What staff has read as the API lists it, the oldest first, without this very request and what tests wait for."""
    listed = (await asked(api, f"accesses?limit=200&{query}", api.staff))["items"][::-1]
    return [one for one in listed if one["operation"] not in {"list_accesses", "list_companies"}]


async def test_what_staff_reads_is_recorded_with_whose_it_is_and_what_partners_read_is_not(api: Api) -> None:
    project = await api.stocked_project()
    stocked = await done(api, f"projects/{project}/devices", {"serial": SERIAL})
    for partner in ("projects", f"projects/{project}", "entries", "exports/movements", "me"):
        await api.get(partner)
    for path in ("me", "license-types", "projects/" + ADRIA, f"projects/{project}?at_least={stocked}"):
        await api.get(path, api.staff)
    await api.get("devices/00-90-33-01-02-03", api.staff, X_Correlation_Id="one-page")
    await api.get("search?q=hotel+adria&limit=5", api.staff)
    await api.get(f"exports/balances?project={project}&format=csv", api.staff)

    reads = await _reads(api)

    assert [(one["operation"], one["company"], one["project"], one["device"]) for one in reads] == [
        ("get_project", ADRIA, project, None),
        ("get_device", ADRIA, project, SERIAL),
        ("search", None, None, None),
        ("export_balances", ADRIA, project, None),
    ]
    assert {one["account"] for one in reads} == {STAFF}
    assert reads[1]["request_id"] == "one-page"
    assert reads[2]["asked"] == {"q": "hotel adria"}
    assert await _reads(api, f"device={SERIAL}") == reads[1:2]
    assert await _reads(api, f"company={ADRIA}") == [reads[0], reads[1], reads[3]]
    assert await _reads(api, f"account={ADRIA}") == []
    since, until = (quote(one["time"]) for one in (reads[1], reads[3]))
    assert await _reads(api, f"project={project}&since={since}&until={until}") == reads[1:2]


async def test_reads_are_listed_in_pages_for_staff_alone_and_that_is_recorded_too(api: Api) -> None:
    for _ in range(3):
        await asked(api, f"companies/{ADRIA}?at_least=2", api.staff)

    first = await asked(api, f"accesses?company={ADRIA}&limit=2", api.staff)
    second = await asked(api, f"accesses?company={ADRIA}&limit=2&cursor={first['next']}", api.staff)
    (listed, *_) = (await asked(api, "accesses?limit=1", api.staff))["items"]

    numbers = [one["number"] for page in (first, second) for one in page["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert (listed["operation"], listed["company"]) == ("list_accesses", ADRIA)
    assert [(await api.get(path)).status_code for path in ("accesses", f"accesses?company={ADRIA}")] == [403, 403]
    for wrong in (f"company={ADRIA}&device={SERIAL}", "cursor=x", "device=01", "since=today"):
        assert (await api.get(f"accesses?{wrong}", api.staff)).status_code == 422, wrong


async def test_what_the_database_does_not_record_staff_does_not_read(api: Api) -> None:
    project = await api.stocked_project(SERIAL)
    owner: Any = await asyncpg.connect(api.database_url)
    await owner.execute('REVOKE INSERT ON access_log.accesses FROM "ledger-api"')
    try:
        told = [
            await api.get(path, api.staff)
            for path in (f"projects/{project}", "exports/movements", "entries/stream?after=0", "accesses")
        ]
        own = [await api.get(path) for path in (f"projects/{project}", "exports/movements")]
    finally:
        await owner.execute('GRANT INSERT ON access_log.accesses TO "ledger-api"')
        await owner.close()

    assert {(one.status_code, one.json()["code"], one.json()["rule"]) for one in told} == {
        (503, "access_not_recorded", "X14")
    }
    assert not [one for one in told if project in one.text]
    assert [one.status_code for one in own] == [200, 200]
    assert (await api.get(f"projects/{project}", api.staff)).status_code == 200


async def test_only_what_is_older_than_it_is_kept_goes(api: Api) -> None:
    owner: Any = await asyncpg.connect(api.database_url)
    try:
        for days in (364, 366):
            await owner.execute(
                "INSERT INTO access_log.accesses (ledger, read_at, account, operation, request_id, asked)"
                f" VALUES ($1, now() - interval '{days} days', $2, 'get_project', 'old', '{{}}')",
                api.ledger,
                STAFF,
            )
    finally:
        await owner.close()
    async with database.pool(as_role(api.database_url, "ledger-api"), most=1) as pool:
        said = {"table": accesses.TABLE, "belongs": accesses.BELONGS}
        swept = await PostgresAccesses(pool, api.ledger, **said, keep=timedelta(days=365)).sweep()
        early = await PostgresAccesses(pool, api.ledger, **said, keep=timedelta(days=1)).sweep()

    assert (swept, early) == (1, 1)
    assert await _reads(api) == []
