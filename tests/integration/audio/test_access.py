"""Who may call what: each row of the table, asked in the name of each person; how much; and who hears it."""

import secrets
from collections.abc import Mapping

import httpx
import pytest

from contracts.actors import Account
from contracts.audio.records import decode
from contracts.identifiers import derived_id
from tests.support.audio.at_work import BEEP, AudioApi, anna, bearer, ben
from tests.support.audio.who_may import ENDPOINTS, Answer, Person
from tests.support.ledger.story import STAFF, VENDOR

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO: dict[Person, Account | None] = {
    "nobody": None,
    "stranger": ben,
    "staff": Account(account=STAFF, company=VENDOR),
    "colleague": Account(account=derived_id("colleague", "account"), company=anna.company),
    "reader": anna,
    "owner": anna,
}
"""The owner comes last, since what is deleted is there for nobody."""
SENTENCE = {"text": "Please hold the line.", "voice": "espeak-ng/en-us", "name": "hold", "formats": ["wav8"]}
TABLE = b"name,sentence\nhold,Please hold the line.\n"


async def test_each_person_is_answered_as_the_table_says(audio: AudioApi) -> None:
    batch = await audio.batch(TABLE, "g711a", voice="espeak-ng/en-us")
    (job,) = [one["job"] for one in (await audio.asked(f"batches/{batch}"))["items"]]
    await audio.ended(job)

    found = {
        endpoint: {person: told(await called(audio, endpoint, job, batch, head_of(person))) for person in WHO}
        for endpoint in ENDPOINTS
    }

    assert found == ENDPOINTS


async def test_a_list_shows_nobody_the_conversions_of_another(audio: AudioApi) -> None:
    job = await audio.accepts(await audio.upload())
    unseen: tuple[Person, ...] = ("stranger", "colleague", "staff")
    for person in unseen:
        who = WHO[person]
        assert who is not None
        assert job not in {one["job"] for one in (await audio.asked("conversions", who))["items"]}
    assert job in {one["job"] for one in (await audio.asked("conversions"))["items"]}


async def test_a_company_that_has_what_it_may_have_is_told_when_to_come_again(audio: AudioApi) -> None:
    company = derived_id("busy", "company")
    busy = Account(account=derived_id("busy", "account"), company=company)
    await audio.rows(
        "INSERT INTO audio_private.requests SELECT 'job-' || n, $1, '', 1, now() - interval '23 hours', true"
        " FROM generate_series(1, 1000) AS n",
        company,
    )
    answer = await audio.upload(who=busy)
    assert (answer.status_code, answer.json()["code"]) == (429, "audio_quota_reached")
    assert 0 < int(answer.headers["retry-after"]) <= 3600


async def test_the_log_has_no_audio_and_no_sentence(audio: AudioApi) -> None:
    job = await audio.accepts(await audio.post("announcements", SENTENCE | {"text": "Secret sentence."}))
    await audio.ended(job)
    records = await audio.records()
    assert not any(b"Secret" in (record.value or b"") for record in records)
    assert all(decode(record.value or b"").data.job.encode() == record.key for record in records)


async def test_formats_and_voices_say_what_is_here_and_under_which_licence(audio: AudioApi) -> None:
    formats = {one["code"]: one for one in (await audio.asked("formats"))["items"]}
    assert (formats["g729"]["available"], formats["g729"]["licence"]) == (True, "GPL-3.0-or-later")
    assert (formats["g726-40"]["available"], formats["g726-40"]["licence"]) == (True, "LGPL-2.1-only")
    voices = {one["name"]: one for one in (await audio.asked("voices"))["items"]}
    assert voices["espeak-ng/de"]["licence"] == "GPL-3.0-or-later"
    assert voices["flite/slt"]["language"] == "en-us"
    assert voices["piper/en_US-joe-medium"]["licence"].startswith("CC0-1.0")


async def test_a_deleted_conversion_is_gone_with_all_its_bytes(audio: AudioApi) -> None:
    key = secrets.token_hex(8)
    job = await audio.accepts(await audio.upload(key=key))
    await audio.ended(job)
    assert (await audio.delete(f"conversions/{job}")).json() == {"job": job}
    assert (await audio.upload(key=key)).json()["code"] == "idempotency_key_reused"

    assert (await audio.get(f"conversions/{job}")).status_code == 404
    assert await audio.rows("SELECT FROM audio_private.kept WHERE job = $1", job) == []
    assert await audio.rows("SELECT FROM audio_private.blobs WHERE name LIKE $1", f"audio/{job}/%") == []


def head_of(person: Person) -> dict[str, str]:
    who = WHO[person]
    return {} if who is None else bearer(who, "audio:read" if person == "reader" else None)


async def called(audio: AudioApi, endpoint: str, job: str, batch: str, head: dict[str, str]) -> httpx.Response:
    method, path = endpoint.split()
    if method != "POST":
        return await audio.client.request(method, path.format(job=job, batch=batch, format_code="g711a"), headers=head)
    head["Idempotency-Key"] = secrets.token_hex(8)
    url = path.format(job=job)
    match path.rpartition("/")[2]:
        case "conversions":
            asked = {"name": "welcome", "formats": "g711a"}
            head["Content-Type"] = "application/octet-stream"
            return await audio.client.post(url, content=BEEP, params=asked, headers=head)
        case "batches":
            asked = {"formats": "g711a", "voice": "espeak-ng/en-us"}
            return await audio.client.post(url, content=TABLE, params=asked, headers=head)
        case "announcements":
            return await audio.client.post(url, json=SENTENCE, headers=head)
        case _:
            return await audio.client.post(url, json={"name": "again"}, headers=head)


def told(answer: httpx.Response) -> Answer:
    assert answer.status_code < 500, answer.text
    assert answer.status_code not in {409, 422}, answer.text
    if answer.status_code == 404:
        assert answer.json()["code"] in {"audio_unknown", "batch_unknown"}
    if answer.status_code == 403:
        assert answer.json()["code"] == "scope_missing"
    of_status: Mapping[int, Answer] = {401: "unknown", 403: "no_scope", 404: "hidden"}
    return of_status.get(answer.status_code, "yes")
