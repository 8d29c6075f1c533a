"""A backup adds what is new, is whole after every run, and says when the log does not go on where it ended."""

import shutil
from pathlib import Path

import pytest

from operations.adapters.folder import Folder, FolderBusy, locked
from operations.application import backup
from operations.application.backup import Copied, LogLost, Wanted, back_up, planned, read_manifest, read_segment
from operations.application.manifest import MANIFEST, BackupWrong
from operations.application.ports import MAX_BYTES, Store
from runtime.kafka import Partition, Record
from tests.support.operations.memory_log import MemoryLog, records

LOG = Partition("events", 0)
NOTES = Partition("checkpoints", 0)
WANTED = (Wanted(LOG, is_gapless=True), Wanted(NOTES, is_gapless=False))
NOW = "2026-11-29T00:00:00+00:00"


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "SEGMENT_RECORDS", 3)


async def _kept(store: Store, partition: Partition = LOG) -> list[Record]:
    manifest = await read_manifest(store)
    assert manifest is not None
    held = manifest.of(partition)
    assert held is not None
    return [record for segment in held.segments for record in await read_segment(store, held, segment)]


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.gz")}


async def test_a_run_adds_what_is_new_and_keeps_every_byte(tmp_path: Path) -> None:
    store, values = Folder(tmp_path), [b"\x00", b"", b"c", b"d", b"e"]
    for count in (1, 2, 3, 5):
        live = MemoryLog(*records(LOG, *values[:count]))
        await back_up(live, store, WANTED, taken=NOW)
        assert await _kept(store) == records(LOG, *values[:count])
    assert await back_up(live, store, WANTED, taken=NOW) == [Copied(LOG, 0, 5), Copied(NOTES, 0, 0)]


async def test_full_segments_stay_as_they_are_and_only_named_files_lie_there(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    for count in (4, 5, 8):
        await back_up(MemoryLog(*records(LOG, *[b"x"] * count)), store, WANTED, taken=NOW)
    manifest = await read_manifest(store)
    assert manifest is not None
    lying = _files(tmp_path)
    assert lying == manifest.names()
    spans = [Path(name).name.removesuffix(".jsonl.gz").split("-") for name in sorted(lying)]
    assert [(int(first), int(last)) for first, last in spans] == [(0, 2), (3, 5), (6, 7)]


async def test_large_records_make_small_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "SEGMENT_BYTES", 100)
    store = Folder(tmp_path)
    large = records(LOG, b"x" * 60, b"x" * 60, b"x", b"x" * 500, b"x")
    await back_up(MemoryLog(*large), store, WANTED, taken=NOW)
    assert await _kept(store) == large
    assert len(_files(tmp_path)) == 3


async def test_a_file_that_no_backup_writes_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / MANIFEST).open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OSError, match="File too large"):
        await read_manifest(Folder(tmp_path))


async def test_what_is_compacted_away_is_no_loss(tmp_path: Path) -> None:
    store, live = Folder(tmp_path), MemoryLog(*records(NOTES, b"1", b"2", b"3"))
    await back_up(live, store, WANTED, taken=NOW)
    await live.append(NOTES, records(NOTES, b"4", b"5"))
    live.drop(NOTES, 0, 1, 2, 3)

    assert await back_up(live, store, WANTED, taken=NOW) == [Copied(LOG, 0, 0), Copied(NOTES, 1, 5)]
    assert [record.value for record in await _kept(store, NOTES)] == [b"1", b"2", b"3", b"5"]


async def test_a_log_that_ends_before_the_backup_is_lost_and_nothing_is_written(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    await back_up(MemoryLog(*records(LOG, b"a", b"b")), store, WANTED, taken=NOW)

    with pytest.raises(LogLost, match="ends at offset 1, and the backup has it up to 2: restore it"):
        await back_up(MemoryLog(*records(LOG, b"a")), store, WANTED, taken=NOW)
    assert await _kept(store) == records(LOG, b"a", b"b")


async def test_a_log_that_lost_its_beginning_is_not_backed_up_as_if_it_were_whole(tmp_path: Path) -> None:
    with pytest.raises(LogLost, match="begins at offset 2, and the backup ends at 0"):
        await back_up(MemoryLog(*records(LOG, b"c", first=2)), Folder(tmp_path), WANTED, taken=NOW)


async def test_a_dry_run_says_what_a_run_would_add(tmp_path: Path) -> None:
    store, live = Folder(tmp_path), MemoryLog(*records(LOG, b"a", b"b"))

    copies = await planned(live, store, WANTED)

    assert _files(tmp_path) == set()
    assert copies == await back_up(live, store, WANTED, taken=NOW)


@pytest.mark.parametrize("died_before", ["the segment", "the manifest", "the clearing up"])
async def test_a_run_that_is_killed_leaves_a_whole_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, died_before: str
) -> None:
    store, values = Folder(tmp_path), [b"a", b"b", b"c", b"d"]
    await back_up(MemoryLog(*records(LOG, *values[:2])), store, WANTED, taken=NOW)
    written = iter(["the segment", "segment", "the manifest"])

    async def write(name: str, content: bytes) -> None:
        if next(written) == died_before:
            raise KeyboardInterrupt
        await store_write(name, content)

    async def remove(_: str) -> None:
        raise KeyboardInterrupt

    store_write = store.write
    dying = Folder(tmp_path)
    monkeypatch.setattr(dying, "write", write)
    monkeypatch.setattr(dying, "remove", remove)
    with pytest.raises(KeyboardInterrupt):
        await back_up(MemoryLog(*records(LOG, *values)), dying, WANTED, taken=NOW)

    assert await _kept(store) in (records(LOG, *values[:2]), records(LOG, *values))
    await back_up(MemoryLog(*records(LOG, *values)), store, WANTED, taken=NOW)
    assert await _kept(store) == records(LOG, *values)


async def test_a_segment_that_was_changed_or_is_gone_is_noticed_by_the_next_run(tmp_path: Path) -> None:
    live = MemoryLog(*records(LOG, b"a", b"b"))
    await back_up(live, Folder(tmp_path / "one"), WANTED, taken=NOW)
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    (segment,) = (tmp_path / "one").rglob("*.gz")
    segment.write_bytes(segment.read_bytes()[:-1])
    next((tmp_path / "other").rglob("*.gz")).unlink()
    await live.append(LOG, records(LOG, b"c"))

    with pytest.raises(BackupWrong, match="was changed after it was written"):
        await back_up(live, Folder(tmp_path / "one"), WANTED, taken=NOW)
    with pytest.raises(BackupWrong, match="is missing"):
        await back_up(live, Folder(tmp_path / "other"), WANTED, taken=NOW)


async def test_what_is_no_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 2}')

    with pytest.raises(BackupWrong, match="no manifest of format 1"):
        await read_manifest(Folder(tmp_path))


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(FolderBusy), locked(tmp_path):
        pass


async def test_a_forged_manifest_reaches_no_file_outside_of_the_backup(tmp_path: Path) -> None:
    """The next run would read the file it names, write it anew as its own, and remove it."""
    root, live = tmp_path / "backup", MemoryLog(*records(LOG, b"a"))
    await back_up(live, Folder(root), WANTED, taken=NOW)
    (name,) = _files(root)
    outside = tmp_path / "outside.gz"
    shutil.copy(root / name, outside)
    manifest = root / MANIFEST
    for forged in (f"../{outside.name}", str(outside)):
        manifest.write_text(manifest.read_text().replace(name, forged))
        with pytest.raises(BackupWrong, match=r"is no segment of events/0"):
            await back_up(MemoryLog(*records(LOG, b"a", b"b")), Folder(root), WANTED, taken=NOW)
        manifest.write_text(manifest.read_text().replace(forged, name))
    manifest.write_text(manifest.read_text().replace('"events"', '"../events"'))
    with pytest.raises(BackupWrong):
        await read_manifest(Folder(root))
    assert outside.exists()
