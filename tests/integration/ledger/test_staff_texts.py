"""What staff writes lies beside the log: in no record, readable by staff, and erased on demand (ADR 20)."""

import json
from base64 import b64encode
from typing import Any

import asyncpg

from contracts.log.entries import decode_entry, entry_hash
from contracts.staff_texts import digest_of
from contracts.topics import TOPICS
from ledger.adapters.postgres import database
from ledger.adapters.postgres.queries.snapshots import SnapshotReader
from ledger.adapters.postgres.staff_texts import PostgresStaffTexts
from tests.support.databases import as_role
from tests.support.every_record import every_record
from tests.support.ledger.api_at_work import Api, accepted, asked, done
from tests.support.ledger.load import all_records
from tests.support.ledger.story import ADRIA

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
