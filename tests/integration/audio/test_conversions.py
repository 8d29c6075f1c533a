"""From an upload to files for a box, over HTTP, Kafka, a worker's programs and PostgreSQL."""

import asyncio
import base64
import hashlib
import io
import secrets
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from audio.adapters import installation
from audio.adapters.events import TopicEvents
from audio.adapters.postgres.database import BLOBS, READ_SIDE
from audio.adapters.postgres.kept import PostgresKept
from audio.application.keeping import Store
from audio.application.working import MAX_ATTEMPTS
from audio.entrypoints import projector
from contracts.audio.events import (
    AudioConversionCompleted,
    AudioConversionFailed,
    AudioConversionRequested,
    AudioFileConverted,
)
from contracts.audio.records import decode
from runtime.blobs.postgres import PostgresBlobs
from runtime.kafka import Producer
from tests.support.audio.at_work import BEEP, AudioApi, anna, audio_at_work, bearer, ben, projector_settings
from tests.support.audio.conversions import ALL, begun_by_another, file_of, job_of, shows
from tests.support.audio.left_behind import bytes_of, folders_in, nobody_is_in
from tests.support.databases import as_role
from tests.support.ledger.projector_at_work import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = b"name,sentence\nhold,Please hold the line.\nbye,Goodbye.\n"
SENTENCE = {"text": "Please hold the line.", "voice": "espeak-ng/en-us", "name": "hold", "formats": ["wav8"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def events(audio: AudioApi) -> AsyncIterator[TopicEvents]:
    """What a worker says its events with."""
    async with Producer(audio.topics.connection("audio-worker"), client_id="another worker") as producer:
        yield TopicEvents(producer, audio.topics.settings("audio-worker")["topic_prefix"], lambda: datetime.now(UTC))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def done(audio: AudioApi) -> dict[str, Any]:
    """A conversion with all its files."""
    return await audio.ended(await audio.accepts(await audio.upload(formats=ALL)))


async def test_what_a_worker_says_of_a_conversion_is_of_the_trace_of_its_request(audio: AudioApi) -> None:
    audio.client.headers["traceparent"] = f"00-{'c' * 32}-{'d' * 16}-01"
    answer = await audio.upload()
    del audio.client.headers["traceparent"]
    job = await audio.accepts(answer)
    await audio.ended(job)

    said = [
        one for one in map(decode, [record.value or b"" for record in await audio.records()]) if one.data.job == job
    ]
    assert [type(one.data) for one in said] == [AudioConversionRequested, AudioFileConverted, AudioConversionCompleted]
    assert {one.traceparent for one in said} == {f"00-{'c' * 32}-{'d' * 16}-01"}


async def test_a_recording_becomes_files_with_the_names_and_sizes_that_boxes_want(done: dict[str, Any]) -> None:
    assert (done["state"], done["failure"]) == ("done", None)
    assert {one["name"]: one["size"] for one in done["files"]} == {
        "welcome.g711a": 8000,
        "welcome.g722": 8000,
        "welcome.g729": 1000,
        "welcome.wav": 32_044,
    }
    assert done["report"]["seconds_read"] == 1.0
    assert done["report"]["after"]["integrated"] == pytest.approx(-19, abs=0.5)


async def test_a_file_comes_with_its_digest_and_only_once(audio: AudioApi, done: dict[str, Any]) -> None:
    of_file = next(one for one in done["files"] if one["format"] == "g711a")
    path = f"conversions/{done['job']}/files/g711a"
    answer = await audio.get(path)

    assert answer.headers["content-disposition"] == 'attachment; filename="welcome.g711a"'
    digest = hashlib.sha256(answer.content)
    assert (digest.hexdigest(), len(answer.content)) == (of_file["sha256"], 8000)
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    again = await audio.get(path, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_can_be_heard_before_it_is_taken(audio: AudioApi, done: dict[str, Any]) -> None:
    heard = await audio.get(f"conversions/{done['job']}/files/g722/preview")
    assert (heard.headers["content-type"], heard.content[:4]) == ("audio/wav", b"RIFF")
    assert int.from_bytes(heard.content[24:28], "little") == 16_000


async def test_each_format_is_said_once_before_the_outcome_the_quick_ones_first(
    audio: AudioApi, done: dict[str, Any]
) -> None:
    events = [decode(record.value or b"").data for record in await audio.records()]
    said = [one.file.format for one in events if isinstance(one, AudioFileConverted) and one.job == done["job"]]
    assert (said[0], sorted(said)) == ("g711a", sorted(ALL.split(",")))
    assert [one.type for one in events if one.job == done["job"]][-1] == AudioConversionCompleted.type


async def test_a_file_is_heard_while_others_are_being_made(
    audio: AudioApi, done: dict[str, Any], events: TopicEvents
) -> None:
    """A worker that dies after its first file: that is there, and stays what it is when another worker begins again."""
    job = await begun_by_another(audio, formats="g711u,g711a")
    first = await file_of(audio, done["job"], "g711a")
    for made in (first, await file_of(audio, done["job"], "g722")):
        await events.append(AudioFileConverted(job=job, file=made))
    await until(lambda: shows(audio, job, "running"))

    running = await audio.asked(f"conversions/{job}")
    assert ([one["format"] for one in running["files"]], running["report"]) == (["g711a"], None)
    assert (await audio.get(f"conversions/{job}/files/g711a/preview")).content[:4] == b"RIFF"
    codes = [
        (await audio.get(f"conversions/{job}/{what}")).json()["code"]
        for what in ("files/g711u", "files/g722", "files", "waveform")
    ]
    assert codes == ["audio_not_done", "format_unknown", "audio_not_done", "audio_not_done"]

    await events.append(AudioFileConverted(job=job, file=await file_of(audio, done["job"], "wav16", as_="g711a")))
    await audio.rows("UPDATE audio_private.claims SET until = now() WHERE job = $1", job)
    ended = await audio.ended(job)
    assert [(one["format"], one["size"]) for one in ended["files"]] == [("g711u", 8000), ("g711a", 8000)]
    assert ended["files"][1]["sha256"] == first.file.sha256


async def test_what_was_made_before_a_failure_can_still_be_taken(
    audio: AudioApi, done: dict[str, Any], events: TopicEvents
) -> None:
    job = await begun_by_another(audio, formats="g711a,g711u")
    await events.append(AudioFileConverted(job=job, file=await file_of(audio, done["job"], "g711a")))
    await events.append(AudioConversionFailed(job=job, code="conversion_failed", reason="It never ended."))
    await events.append(AudioFileConverted(job=job, file=await file_of(audio, done["job"], "g722", as_="g711u")))
    failed = await audio.ended(job)
    assert (failed["state"], [one["format"] for one in failed["files"]]) == ("failed", ["g711a"])
    assert len((await audio.get(f"conversions/{job}/files/g711a")).content) == 8000
    assert (await audio.get(f"conversions/{job}/files")).json()["code"] == "audio_not_done"
    await audio.delete(f"conversions/{job}")
    assert await audio.rows("SELECT FROM audio.files WHERE job = $1", job) == []


async def test_all_files_come_in_one_archive(audio: AudioApi, done: dict[str, Any]) -> None:
    answer = await audio.get(f"conversions/{done['job']}/files")
    assert answer.headers["content-disposition"] == 'attachment; filename="welcome.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {one.filename: one.file_size for one in archive.infolist()} == {
            one["name"]: one["size"] for one in done["files"]
        }


async def test_the_waveform_comes_as_data_and_as_a_picture(audio: AudioApi, done: dict[str, Any]) -> None:
    waveform = await audio.asked(f"conversions/{done['job']}/waveform")
    assert (waveform["seconds"], len(waveform["peaks"])) == (1.0, 100)
    assert max(high for _, high in waveform["peaks"]) == pytest.approx(0.25, abs=0.01)
    picture = await audio.get(f"conversions/{done['job']}/waveform.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")


async def test_a_sentence_is_spoken_and_converted(audio: AudioApi) -> None:
    spoken = await audio.ended(await audio.accepts(await audio.post("announcements", SENTENCE)))
    assert (spoken["kind"], spoken["state"], spoken["files"][0]["name"]) == ("sentence", "done", "hold.wav")
    assert 0.5 < spoken["report"]["seconds_made"] < 5


async def test_a_recording_is_converted_again_with_other_options_without_being_sent(
    audio: AudioApi, done: dict[str, Any]
) -> None:
    body = {"name": "loop", "formats": ["g711u"], "pause_milliseconds": 500, "even_loudness": False}
    again = await audio.ended(await audio.accepts(await audio.post(f"conversions/{done['job']}/repetitions", body)))
    assert (again["state"], again["repeats"], again["files"][0]["size"]) == ("done", done["job"], 12_000)
    assert again["report"]["gain"] == 0


async def test_the_same_key_is_the_same_conversion_and_another_request_under_it_is_refused(audio: AudioApi) -> None:
    key = secrets.token_hex(8)
    first, second = await asyncio.gather(audio.upload(key=key), audio.upload(key=key))
    job = await audio.accepts(first)
    assert await audio.accepts(second) == job
    await audio.ended(job)

    other = await audio.upload(key=key, name="goodbye")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(await audio.rows("SELECT FROM audio.jobs WHERE job = $1", job)) == 1


async def _begun(audio: AudioApi, path: str, key: str, size: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A POST of which the head was sent."""
    head = bearer(anna) | {"Host": "localhost", "Idempotency-Key": key, "Content-Length": str(size)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    address = audio.client.base_url
    answers, wire = await asyncio.open_connection(address.host, address.port)
    wire.write(f"POST /v1/audio/{path} HTTP/1.1\r\n{lines}\r\n".encode())
    await wire.drain()
    return answers, wire


async def test_what_was_accepted_is_found_however_far_behind_the_rows_are(audio: AudioApi) -> None:
    async with audio.rows_behind():
        said, batch = await asyncio.gather(audio.upload(), audio.batch(SENTENCES, "g711a", voice="espeak-ng/en-us"))
        job = said.json()["job"]
        assert said.json() == await audio.asked(f"conversions/{job}")
        assert said.json()["state"] == "waiting"
        found = await audio.asked(f"batches/{batch}")
        assert (found["state"], [one["name"] for one in found["items"]]) == ("waiting", ["hold", "bye"])
        assert (await audio.get(f"conversions/{job}", ben)).json()["code"] == "audio_unknown"
        assert (await audio.get(f"batches/{batch}", ben)).json()["code"] == "batch_unknown"
        again = await audio.post(f"conversions/{job}/repetitions", {"name": "again"})
        assert again.status_code == 202
        assert await audio.rows("SELECT FROM audio.jobs WHERE job = $1", job) == []

    assert (await audio.ended(again.json()["job"]))["state"] == "done"
    assert [one["job"] for one in (await audio.asked(f"batches/{batch}"))["items"]] == [
        one["job"] for one in found["items"]
    ]


async def test_an_upload_that_breaks_off_is_none(audio: AudioApi) -> None:
    key = secrets.token_hex(8)
    _, wire = await _begun(audio, "conversions?name=welcome&formats=g711a", key, len(BEEP))
    wire.write(BEEP[:8000])
    await wire.drain()
    await asyncio.sleep(0.3)
    wire.close()
    await wire.wait_closed()
    await asyncio.sleep(0.3)
    whole = await audio.ended(await audio.accepts(await audio.upload(key=key)))
    assert whole["files"][0]["size"] == 8000


async def test_a_batch_that_says_it_is_too_big_is_refused_before_it_comes(audio: AudioApi) -> None:
    answers, wire = await _begun(audio, "batches", secrets.token_hex(8), 100 * 1024 * 1024 + 1)
    head = await asyncio.wait_for(answers.readuntil(b"\r\n\r\n"), 10)
    body = await asyncio.wait_for(answers.readuntil(b"}"), 10)
    wire.close()
    assert b"413" in head.splitlines()[0]
    assert b'"batch_too_big"' in body


async def test_a_file_that_claims_to_be_sound_and_is_none_fails_with_its_reason(audio: AudioApi) -> None:
    failed = await audio.ended(await audio.accepts(await audio.upload(BEEP[:44])))
    assert (failed["state"], failed["failure"]["code"], failed["files"]) == ("failed", "audio_silent_empty", [])
    answer = await audio.get(f"conversions/{failed['job']}/files/g711a")
    assert (answer.status_code, answer.json()["code"]) == (409, "audio_not_done")


async def test_a_recording_that_fails_leaves_nothing_but_itself(audio: AudioApi) -> None:
    """A coder that sees frames of noise, and a length of 4 GB that is none."""
    noise, lies = b"\xff\xfb\x90\x64" + bytes(range(256)) * 40, BEEP[:40] + b"\xff" * 4
    jobs = [await audio.accepts(await audio.upload(sent)) for sent in (noise, lies)]
    ended = [await audio.ended(job) for job in jobs]
    assert [one["failure"]["code"] for one in ended] == ["audio_undecodable", "audio_silent_empty"]
    assert folders_in(audio.folder / "work") == []
    assert nobody_is_in(audio.folder / "work")
    assert [len(await bytes_of(audio, job)) for job in jobs] == [1, 1]


async def test_a_conversion_that_ended_every_worker_fails_and_others_go_on(audio: AudioApi) -> None:
    key = secrets.token_hex(8)
    claim = "INSERT INTO audio_private.claims VALUES ($1, $2, 'a dead worker', now())"
    await audio.rows(claim, job_of(key), MAX_ATTEMPTS)
    poison, other = [await audio.accepts(answer) for answer in (await audio.upload(key=key), await audio.upload())]
    failed, done = await audio.ended(poison), await audio.ended(other)
    assert (failed["failure"]["code"], done["state"]) == ("conversion_failed", "done")


@pytest.mark.parametrize(
    ("content", "asked", "status", "code"),
    [
        (b"", {}, 422, "audio_undecodable"),
        (b"<html>Not found</html>", {}, 422, "audio_undecodable"),
        (BEEP, {"formats": "g799"}, 422, "format_unknown"),
        (BEEP, {"name": "con"}, 422, "name_invalid"),
        (BEEP, {"name": "a/b"}, 422, "request_invalid"),
        (BEEP, {"loudness": "nan"}, 422, "request_invalid"),
        (BEEP, {"volume": "11"}, 422, "request_invalid"),
        (bytes(20 * 1024 * 1024 + 1), {}, 413, "audio_too_big"),
    ],
)
async def test_an_upload_that_makes_no_sense_is_refused_at_once(
    audio: AudioApi, content: bytes, asked: dict[str, Any], status: int, code: str
) -> None:
    key = secrets.token_hex(8)
    answer = await audio.upload(content, key=key, **asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await bytes_of(audio, job_of(key)) == []


async def test_lists_come_in_pages_newest_first(audio: AudioApi) -> None:
    jobs = [await audio.accepts(await audio.upload(who=ben)) for _ in range(3)]
    first = await audio.asked("conversions?limit=2", ben)
    rest = await audio.asked(f"conversions?limit=2&cursor={first['next']}", ben)
    assert [one["job"] for one in first["items"] + rest["items"]] == jobs[::-1]
    for job in jobs:
        await audio.ended(job, ben)


async def test_what_an_installation_has_no_program_for_is_refused(
    audio: AudioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One without spandsp, and without the program of G.729."""
    monkeypatch.setattr(installation, "find_library", lambda _: None)
    async with audio_at_work(audio.topics, audio.database_url, audio.folder, {"g729_program": None}) as poor:
        formats = (await poor.asked("formats"))["items"]
        missing = [one["code"] for one in formats if not one["available"]]
        answers = [await poor.upload(formats=code) for code in missing]
    assert missing == ["g726-40", "g726-40le", "g729"]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(422, "format_unavailable")}


async def test_a_worker_counts_what_it_ends_and_what_waits(audio: AudioApi) -> None:
    """The row stands for a conversion that a worker has been at for an hour."""
    ended = metric("licensing_audio_conversions_total", outcome="completed")
    await audio.ended(await audio.accepts(await audio.upload()))
    assert metric("licensing_audio_conversions_total", outcome="completed") > ended

    await audio.rows("INSERT INTO audio_private.claims VALUES ('slow', 1, 'a worker', 'infinity')")
    await audio.rows(
        "INSERT INTO audio.jobs (job, account, company, state, requested, request)"
        " VALUES ('slow', $1, $2, 'waiting', now() - interval '1 hour', '{}')",
        ben.account,
        ben.company,
    )
    try:
        await until(lambda: is_at_least("licensing_audio_oldest_seconds", 3600))
        assert metric("licensing_audio_waiting") == 1
    finally:
        await audio.rows("DELETE FROM audio.jobs WHERE job = 'slow'")
        await audio.rows("DELETE FROM audio_private.claims WHERE job = 'slow'")


def metric(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def is_at_least(name: str, value: float) -> bool:
    return metric(name) >= value


async def test_what_follows_from_the_log_is_the_same_when_it_is_read_again(audio: AudioApi) -> None:
    table = "SELECT job, account, state, requested, ended, request, result, failure FROM audio.jobs ORDER BY job"
    files = "SELECT * FROM audio.files ORDER BY job, format"
    before = [await audio.rows(table), await audio.rows(files)]
    await projector.rebuild(projector_settings(audio.topics, audio.database_url, audio.folder), asyncio.Event())
    assert [await audio.rows(table), await audio.rows(files)] == before


async def test_after_a_day_nothing_is_left_but_the_row(audio: AudioApi) -> None:
    job = await audio.accepts(await audio.upload())
    await audio.ended(job)
    tomorrow = datetime.now(UTC) + timedelta(hours=24, minutes=1)
    async with READ_SIDE.pool(as_role(audio.database_url, "audio-api"), most=2) as pool:
        store = Store(PostgresBlobs(pool, BLOBS), PostgresKept(pool), lambda: tomorrow)
        assert await store.sweep() > 0

    assert await audio.rows("SELECT FROM audio_private.kept") == []
    assert await audio.rows("SELECT FROM audio_private.blobs") == []
    answer = await audio.get(f"conversions/{job}/files/g711a")
    assert (answer.status_code, answer.json()["code"]) == (410, "audio_files_gone")
    repeated = await audio.ended(
        await audio.accepts(await audio.post(f"conversions/{job}/repetitions", {"name": "late"}))
    )
    assert repeated["failure"]["code"] == "audio_files_gone"
