"""A restore brings every record back to its offset, or refuses before it writes."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from operations.adapters.folder import Folder
from operations.application import segments
from operations.application.backup import Wanted, back_up
from operations.application.manifest import BackupWrong, segment_name
from operations.application.restore import NotEmpty, Restored, missing, restore
from operations.application.segments import SegmentWrong
from runtime.kafka import Partition, Record
from tests.support.operations.memory_log import MemoryLog, records

LOG, NOTES = Partition("events", 0), Partition("checkpoints", 0)
WANTED = (Wanted(LOG, is_gapless=True), Wanted(NOTES, is_gapless=False))
ALL = records(LOG, b"a", b"b", b"c", b"d")


@pytest.fixture
async def store(tmp_path: Path) -> Folder:
    """A backup of four records of a log, and of two of five checkpoints."""
    live = MemoryLog(*ALL, *records(NOTES, b"1", b"2", b"3", b"4", b"5"))
    live.drop(NOTES, 0, 2, 3)
    made = Folder(tmp_path)
    await back_up(live, made, WANTED, taken="now")
    return made


async def test_each_record_comes_back_to_its_offset(store: Folder) -> None:
    live = MemoryLog()

    assert await missing(live, store, WANTED) == [Restored(NOTES, 2, 0), Restored(LOG, 4, 0)]
    assert await restore(live, store, WANTED) == [Restored(NOTES, 2, 0), Restored(LOG, 4, 0)]
    assert live.all(LOG) == ALL
    assert [record.value for record in live.all(NOTES)] == [b"2", b"5"]


@pytest.mark.parametrize("done", range(5))
async def test_a_restore_that_broke_off_goes_on(store: Folder, done: int) -> None:
    live = MemoryLog(*ALL[:done])

    assert (await restore(live, store, WANTED))[1] == Restored(LOG, 4 - done, done)
    assert live.all(LOG) == ALL
    assert await missing(live, store, WANTED) == [Restored(NOTES, 0, 2), Restored(LOG, 0, 4)]


@pytest.mark.parametrize(
    "present",
    [records(LOG, b"a", b"other"), records(LOG, b"a", b"b", b"c", b"d", b"e"), records(LOG, b"b", first=1)],
    ids=["another record", "more than the backup", "not from the beginning"],
)
async def test_nothing_is_written_where_other_records_are(store: Folder, present: list[Record]) -> None:
    live = MemoryLog(*present)

    with pytest.raises(NotEmpty, match="delete the topic"):
        await restore(live, store, WANTED)
    assert (live.all(LOG), live.all(NOTES)) == (present, [])


async def test_somebody_who_writes_meanwhile_is_noticed(store: Folder) -> None:
    class Busy(MemoryLog):
        async def append(self, partition: Partition, records: Any) -> None:
            await super().append(partition, records)
            await super().append(partition, records[:1])

    with pytest.raises(NotEmpty, match="somebody else writes"):
        await restore(Busy(), store, WANTED)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"first": 1}, "does not hold the offsets"),
        ({"last": 2}, "does not hold the offsets"),
        ({"sha256": "0" * 64}, "was changed"),
        ({"name": "elsewhere"}, "is no segment of"),
    ],
)
async def test_a_backup_that_is_not_whole_restores_nothing(
    store: Folder, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    segment = manifest["partitions"][1]["segments"][0]
    file = tmp_path / segment["name"]
    segment |= {"name": segment_name(LOG, change.get("first", 0), change.get("last", 3))} | change
    file.rename(tmp_path / segment["name"])
    await store.write("manifest.json", json.dumps(manifest).encode())
    live = MemoryLog()

    with pytest.raises(BackupWrong, match=says):
        await restore(live, store, WANTED)
    assert (live.all(LOG), live.all(NOTES)) == ([], [])


async def test_a_backup_that_lacks_a_file_restores_nothing(store: Folder, tmp_path: Path) -> None:
    next((tmp_path / "events").rglob("*.gz")).unlink()
    live = MemoryLog()

    with pytest.raises(BackupWrong, match="is missing"):
        await restore(live, store, WANTED)
    assert (live.all(LOG), live.all(NOTES)) == ([], [])


async def test_a_log_with_a_gap_is_no_backup_of_it(store: Folder, tmp_path: Path) -> None:
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["partitions"][1]["next_offset"] = 5
    await store.write("manifest.json", json.dumps(manifest).encode())

    with pytest.raises(BackupWrong, match="lacks offsets 4 to 5"):
        await restore(MemoryLog(), store, WANTED)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"topic": "elsewhere", "segments": [], "next_offset": 0}, "elsewhere/0 without gaps is nothing"),
        ({"number": 7, "segments": [], "next_offset": 0}, "events/7 without gaps is nothing"),
        ({"is_gapless": False}, "events/0 with gaps is nothing"),
    ],
)
async def test_a_manifest_brings_back_nothing_but_what_is_backed_up(
    store: Folder, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["partitions"][1] |= change
    await store.write("manifest.json", json.dumps(manifest).encode())
    live = MemoryLog()

    with pytest.raises(BackupWrong, match=says):
        await restore(live, store, WANTED)
    assert (live.all(LOG), live.all(NOTES)) == ([], [])


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"{}\n" * 1000),
        gzip.compress(b"{}")[:-9] + b"\x00" * 9,
        gzip.compress(b"[" * 100_000),
        gzip.compress(b"7"),
        b"no gzip",
    ],
    ids=["a bomb", "broken in the middle", "endlessly deep", "no object", "another form"],
)
async def test_a_segment_of_somebody_else_is_refused_within_bounds(
    store: Folder, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "UNPACKED_BYTES", 1000)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    segment = manifest["partitions"][1]["segments"][0]
    segment["sha256"] = hashlib.sha256(content).hexdigest()
    await store.write(segment["name"], content)
    await store.write("manifest.json", json.dumps(manifest).encode())

    with pytest.raises(SegmentWrong, match=r"a segment of events/0 can't be read"):
        await restore(MemoryLog(), store, WANTED)


async def test_an_empty_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupWrong, match="there is no backup here"):
        await restore(MemoryLog(), Folder(tmp_path), WANTED)
