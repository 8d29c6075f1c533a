"""Files in a case: told by their content, kept without metadata, saved and never shown, and gone when erased."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest

from rma.adapters.postgres.database import BLOBS, READ_SIDE
from runtime.blobs.port import PIECE_BYTES, BlobMissing, Blobs
from runtime.blobs.postgres import PostgresBlobs
from runtime.blobs.s3 import S3Blobs, s3_client
from runtime.trouble import Trouble
from tests.support.databases import as_role
from tests.support.rma.api_at_work import CaseApi, an_api
from tests.support.rma.at_work import SERIAL, ben, clerk
from tests.support.rma.pictures import SECRET, a_picture
from tests.support.s3_server import s3_server, s3_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUCKET = "attachments"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with s3_server(BUCKET) as address:
        yield address


async def keeps_bytes_by_name(blobs: Blobs) -> None:
    """What every store of blobs does."""
    content = bytes(range(256)) * (PIECE_BYTES // 100)
    for _ in range(2):
        await blobs.put("0/RMA-1/a", BytesIO(content), len(content))
    await blobs.put("0/RMA-1/b", BytesIO(b"b"), 1)

    pieces = [piece async for piece in blobs.read("0/RMA-1/a")]
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= PIECE_BYTES

    for _ in range(2):
        await blobs.remove("0/RMA-1/a")
    with pytest.raises(BlobMissing):
        await anext(blobs.read("0/RMA-1/a"))
    assert [piece async for piece in blobs.read("0/RMA-1/b")] == [b"b"]


async def test_postgresql_keeps_bytes_by_name(database_url: str) -> None:
    async with READ_SIDE.pool(as_role(database_url, "rma-api"), most=2) as pool:
        await keeps_bytes_by_name(PostgresBlobs(pool, BLOBS))


async def test_a_store_that_speaks_s3_keeps_bytes_by_name(store: str) -> None:
    await keeps_bytes_by_name(S3Blobs(s3_client(store, "key", "secret", secure=False), BUCKET))


async def test_a_store_that_is_away_is_trouble_and_no_defect() -> None:
    blobs = S3Blobs(s3_client("127.0.0.1:1", "key", "secret", secure=False), BUCKET)
    with pytest.raises(Trouble):
        await blobs.put("a", BytesIO(b"a"), 1)
    with pytest.raises(Trouble):
        await anext(blobs.read("a"))


async def test_a_picture_comes_back_without_who_took_it_and_is_saved_not_shown(cases: CaseApi) -> None:
    rma = await cases.files()
    answers = [await cases.attach(rma, a_picture(), "Gerät.jpg", key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].text == answers[1].text

    (number,) = await cases.files_of(rma)
    file = await cases.get(f"rmas/{rma}/attachments/{number}")

    assert SECRET not in file.content
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Ger%C3%A4t.jpg"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert len(file.content) == answers[0].json()["size"]
    assert (await cases.get(f"rmas/{rma}/attachments/{number}", ben)).status_code == 404
    assert (await cases.get(f"rmas/{rma}/attachments/{number + 999}")).json()["code"] == "attachment_unknown"
    other = await cases.attach(rma, b"Another file.", "Gerät.jpg", key="once")
    assert other.json()["code"] == "idempotency_key_reused"


async def test_what_is_no_attachment_is_refused_and_nothing_is_kept(cases: CaseApi) -> None:
    rma = await cases.files()

    async def refused(content: bytes, file_name: str = "box.log") -> tuple[int, str]:
        answer = await cases.attach(rma, content, file_name)
        return answer.status_code, answer.json()["code"]

    assert await refused(b"a" * 10_000_001) == (413, "attachment_too_big")
    assert await refused(b"MZ\x90\x00") == (415, "attachment_not_taken")
    assert await refused(a_picture("PNG", (400, 300))[:150]) == (422, "picture_broken")
    assert await refused(b"") == (422, "request_invalid")
    for name in ("../../etc/passwd", "a/b", "a\\b", ".", "..", ".hidden", "", "a\u202eb", "a\nb", "x" * 121):
        assert await refused(b"A log.", name) == (422, "request_invalid"), name
    assert (await cases.attach(rma, b"x", "a.log", ben)).json()["code"] == "rma_unknown"
    assert await cases.files_of(rma) == []
    assert await _left(cases) == 0


async def test_a_case_has_a_bound_of_files(cases: CaseApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rma.adapters.postgres.attachments.MAX_ATTACHMENTS", 1)
    rma = await cases.files()

    first, second = [await cases.attach(rma, b"A log.", "box.log") for _ in range(2)]

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "attachments_full")


async def test_a_big_log_is_taken_in_pieces(cases: CaseApi) -> None:
    rma = await cases.files()
    content = b"one line of many\n" * 580_000

    assert (await cases.attach(rma, content, "box.log")).status_code == 201

    (number,) = await cases.files_of(rma)
    assert (await cases.get(f"rmas/{rma}/attachments/{number}")).content == content


async def test_erasing_takes_the_bytes_away_and_says_that_there_was_a_file(cases: CaseApi) -> None:
    rma = await cases.files()
    await cases.attach(rma, a_picture(), "anna.jpg")
    assert await _left(cases) > 0

    assert (await cases.delete(f"rmas/{rma}/personal-data")).status_code == 200

    (one,) = (await cases.asked(f"rmas/{rma}/attachments"))["items"]
    assert one["file_name"] is None
    assert one["erased"] is not None
    assert (await cases.get(f"rmas/{rma}/attachments/{one['number']}")).json()["code"] == "attachment_unknown"
    assert await _left(cases) == 0


async def test_files_lie_in_the_store_that_the_settings_name(cases: CaseApi, store: str, tmp_path: Path) -> None:
    more = s3_settings(store, tmp_path) | {"s3_bucket": BUCKET}
    async with an_api(cases.desk, cases.database_url, tmp_path, more) as elsewhere:
        rma = await elsewhere.files(SERIAL)
        await elsewhere.attach(rma, b"A log.", "box.log")
        (number,) = await elsewhere.files_of(rma)

        assert (await elsewhere.get(f"rmas/{rma}/attachments/{number}", clerk)).content == b"A log."
        assert await _left(cases) == 0
        assert len(_stored(store, f"{cases.desk.ledger}/{rma}/")) == 1
        await elsewhere.delete(f"rmas/{rma}/personal-data")
        assert _stored(store, f"{cases.desk.ledger}/{rma}/") == []


def _stored(store: str, prefix: str) -> list[str | None]:
    """What lies in the bucket under names that begin so."""
    client = s3_client(store, "key", "secret", secure=False)
    return [one.object_name for one in client.list_objects(BUCKET, prefix)]


async def _left(cases: CaseApi) -> int:
    """Pieces of files of this ledger in PostgreSQL."""
    connection = await asyncpg.connect(cases.database_url)
    try:
        query = "SELECT count(*) FROM rma_private.blobs WHERE name LIKE $1"
        return int(await connection.fetchval(query, f"{cases.desk.ledger}/RMA-2%"))
    finally:
        await connection.close()
