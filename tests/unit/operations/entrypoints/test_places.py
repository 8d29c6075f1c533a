"""A backup lies in a folder or in a bucket, and is the same in both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.adapters.bucket import Bucket
from operations.adapters.folder import Folder
from operations.application import backup
from operations.application.backup import Wanted, back_up, read_manifest
from operations.application.manifest import MANIFEST
from operations.application.restore import Restored, restore
from operations.entrypoints.places import to_read, to_write
from operations.entrypoints.settings import OperationsSettings
from runtime.answers import WrongArgument
from runtime.blobs.s3 import S3Blobs
from runtime.kafka import Partition
from runtime.settings import SettingsWrong
from runtime.trouble import Trouble
from tests.support.operations.memory_log import MemoryLog, records
from tests.support.s3_server import s3_server, s3_settings

LOG = Partition("events", 0)
WANTED = (Wanted(LOG, is_gapless=True),)
ALL = records(LOG, *(b"%d" % n for n in range(8)))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with s3_server("backups") as address:
        yield address


@pytest.fixture
def settings(address: str, tmp_path: Path) -> OperationsSettings:
    return OperationsSettings.model_validate({"kafka_bootstrap": "localhost:9", **s3_settings(address, tmp_path)})


async def test_a_backup_in_a_bucket_is_that_of_a_folder_and_comes_back(
    settings: OperationsSettings, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "SEGMENT_RECORDS", 3)
    place, folder = "s3://backups/site/one", tmp_path / "folder"
    for count in (1, 4, 8):
        for where in (place, str(folder)):
            with to_write(where, settings) as store:
                await back_up(MemoryLog(*ALL[:count]), store, WANTED, taken="now")

    client = settings.s3()
    assert client is not None
    objects = client.list_objects("backups", prefix="site/one/", recursive=True)
    kept = {f"{one.object_name}".removeprefix("site/one/") for one in objects}
    manifest = await read_manifest(Folder(folder))
    assert manifest is not None
    assert kept == manifest.names() | {MANIFEST}
    for name in kept:
        assert await to_read(place, settings).read(name) == (folder / name).read_bytes()

    live = MemoryLog(*ALL[:2])
    shutil.rmtree(folder)
    assert await restore(live, to_read(place, settings), WANTED) == [Restored(LOG, 6, 2)]
    assert live.all(LOG) == ALL


async def test_runs_at_once_leave_a_whole_backup(settings: OperationsSettings) -> None:
    """Nothing locks a bucket: whichever writes its manifest last, what that names is there."""

    class Other(Bucket):
        """Before this run writes its manifest, another one that began with it has ended."""

        async def write(self, name: str, content: bytes) -> None:
            if name == MANIFEST:
                await back_up(MemoryLog(*ALL[:6]), store, WANTED, taken="between")
            await super().write(name, content)

    client = settings.s3()
    assert client is not None
    objects = S3Blobs(client, "backups")
    store, slow = Bucket(objects, "twice"), Other(objects, "twice")
    await back_up(MemoryLog(*ALL[:2]), store, WANTED, taken="first")
    await back_up(MemoryLog(*ALL[:4]), slow, WANTED, taken="last")

    for done in (4, 8):
        live = MemoryLog()
        assert await restore(live, store, WANTED) == [Restored(LOG, done, 0)]
        await back_up(MemoryLog(*ALL), store, WANTED, taken="after")


async def test_what_is_too_large_is_not_read_whole(
    settings: OperationsSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = to_read("s3://backups/large", settings)
    await store.write(MANIFEST, b" " * 300_000)
    monkeypatch.setattr("operations.adapters.bucket.MAX_BYTES", 299_999)
    with pytest.raises(OSError, match="File too large"):
        await store.read(MANIFEST)


async def test_a_bucket_that_is_not_there_is_trouble_and_no_empty_backup(settings: OperationsSettings) -> None:
    with pytest.raises(Trouble, match="NoSuchBucket"):
        await read_manifest(to_read("s3://elsewhere", settings))


@pytest.mark.parametrize("place", ["s3://", "s3:///prefix"])
def test_a_place_that_names_no_bucket_is_a_wrong_argument(settings: OperationsSettings, place: str) -> None:
    with pytest.raises(WrongArgument, match="names no bucket"):
        to_read(place, settings)


def test_a_bucket_without_a_store_says_what_to_set() -> None:
    without = OperationsSettings.model_validate({"kafka_bootstrap": "localhost:9"})
    with pytest.raises(SettingsWrong, match="needs LICENSING_S3_ENDPOINT"):
        to_read("s3://backups", without)
