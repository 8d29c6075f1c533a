"""Where a start begins: at a snapshot that the log bears out, and else at the first entry, with the same state."""

import asyncio
import hmac
import json
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from immutables import Map

from runtime.eventlog import Logged, snapshot_file, snapshots
from runtime.eventlog.log_follower import LogFollower
from runtime.eventlog.snapshots import SUFFIX, UNFINISHED, UNUSABLE, SnapshotFolder, Snapshots, as_of_now
from runtime.eventlog.state_codec import StateCodec, digest_of_code
from runtime.trouble import Trouble
from tests.support.eventlog.driving import following, lead, until
from tests.support.eventlog.hall import Answer, Hall, HallEvent, HallReplica, HallWriter, Wish, hall_log, wish
from tests.support.eventlog.memory import NOON, MemoryLog, MemoryReplies, MemoryTail, Noticed, Partition
from tests.support.eventlog.snapshots import KEY, known

OTHER_KEY = b"o" * 32
WISHES = [wish("reserve", seat, f"r{seat}") for seat in (1, 2, 3, 4)] + [wish("release", 2, "back")]


@dataclass
class Reads(MemoryLog):
    """A log that notes what was read of it."""

    offsets: list[int] = field(default_factory=list[int])

    async def read(self) -> Sequence[Logged]:
        found = await super().read()
        self.offsets += [one.offset for one in found]
        return found


class Place:
    """A hall with five entries, and a folder for its snapshots."""

    def __init__(self, folder: Path) -> None:
        self.partition, self.folder = Partition(random.Random(1)), folder

    def snapshots(self, *, every: int = 1, keys: Sequence[bytes] = (KEY,)) -> Snapshots[Hall, HallEvent]:
        return Snapshots(hall_log(), SnapshotFolder(self.folder, keys, every))

    def writer(self, of: Snapshots[Hall, HallEvent] | None = None) -> tuple[HallWriter, Reads]:
        log = Reads(self.partition)
        return HallWriter.of(hall_log(), log, lambda: NOON, Noticed(), snapshots=of or self.snapshots()), log

    async def decide(self, wishes: Sequence[Wish] = WISHES) -> list[Answer]:
        """The answers of a writer that begins now."""
        writer, _ = self.writer()
        replies: MemoryReplies[Answer] = MemoryReplies()
        async with following(writer):
            await lead(writer, replies, wishes)
        return list(replies.told)

    async def take(self, upto: int) -> Path:
        """A snapshot of the first entries."""
        replica = HallReplica.of(hall_log())
        for offset, value in enumerate(self.partition.values[:upto]):
            replica.read(value, offset)
        return await self.snapshots().take(as_of_now(replica))

    async def started(self, of: Snapshots[Hall, HallEvent] | None = None) -> tuple[HallReplica, list[int]]:
        """What a writer knows that begins now, and which records it has read for that."""
        writer, log = self.writer(of)
        async with following(writer):
            await until(lambda: writer.following)
        return writer.replica, log.offsets

    def names(self) -> list[str]:
        return sorted(file.name.rpartition("-")[2].lstrip("0") for file in self.folder.iterdir())


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    await made.decide()
    return made


async def test_a_start_from_a_snapshot_reads_the_tail_and_knows_what_a_start_from_zero_knows(place: Place) -> None:
    whole, all_of_it = await place.started()
    await place.take(3)

    from_snapshot, tail = await place.started()

    assert known(from_snapshot) == known(whole)
    assert (all_of_it, tail) == ([0, 1, 2, 3, 4], [3, 4])


async def test_deleting_all_snapshots_changes_nothing_but_what_is_read(place: Place) -> None:
    await place.take(4)
    before, tail = await place.started()
    place.snapshots().remove()

    after, all_of_it = await place.started()

    assert place.names() == []
    assert known(before) == known(after)
    assert (tail, all_of_it) == ([4], [0, 1, 2, 3, 4])


async def test_a_repeated_command_from_before_the_snapshot_gets_its_first_answer(place: Place) -> None:
    await place.take(5)

    told = await place.decide([WISHES[0], wish("reserve", 4, "r1"), wish("reserve", 2, "anew")])

    assert [(one.said, one.sequence) for one in told] == [
        ("repeated", 1),
        ("idempotency_key_reused", 5),
        ("accepted", 6),
    ]


async def test_a_snapshot_is_taken_when_so_many_entries_came_and_two_are_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LOOK_SECONDS", 0.001)
    store = place.snapshots(every=2)
    writer, _ = place.writer(store)
    replies: MemoryReplies[Answer] = MemoryReplies()
    async with following(writer), keeping(store, writer):
        await until(lambda: place.names() == [f"5{SUFFIX}"])
        await lead(writer, replies, [wish("reserve", 2, "a"), wish("release", 2, "b")], size=1)
        await until(lambda: place.names() == [f"5{SUFFIX}", f"7{SUFFIX}"])
        await lead(writer, replies, [wish("reserve", 2, "c"), wish("release", 2, "d")], size=1)
        await until(lambda: place.names() == [f"7{SUFFIX}", f"9{SUFFIX}"])
    assert (await place.started())[1] == []


@asynccontextmanager
async def keeping(store: Snapshots[Hall, HallEvent], writer: HallWriter) -> AsyncGenerator[None]:
    task = asyncio.create_task(store.keep(writer.now, writer.observer))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def cut(content: bytes) -> bytes:
    return content[:-1]


def with_another_format(content: bytes) -> bytes:
    return content.replace(b"licensing-snapshot 1", b"licensing-snapshot 2")


def with_another_guest(content: bytes) -> bytes:
    """Well formed, and what an intruder would like: the seat is somebody else's."""
    assert content.count(b"operator:ann") >= 3
    return content.replace(b"operator:ann", b"operator:eve")


def with_another_guest_proven_anew(content: bytes) -> bytes:
    """The same with a MAC that is right, for a key that is not the writer's."""
    changed = with_another_guest(content)[: -snapshot_file.MAC_BYTES]
    said = changed[: -1 - snapshot_file.LENGTH_BYTES]
    return changed + hmac.digest(OTHER_KEY, said, "sha256")


@pytest.mark.parametrize(
    "harmed", [cut, with_another_format, with_another_guest, with_another_guest_proven_anew, lambda _: b""]
)
async def test_a_snapshot_that_was_changed_is_set_aside_and_the_one_before_it_serves(place: Place, harmed: Any) -> None:
    whole, _ = await place.started()
    await place.take(2)
    newest = await place.take(4)
    newest.write_bytes(harmed(newest.read_bytes()))

    replica, read = await place.started()

    assert known(replica) == known(whole)
    assert read == [2, 3, 4]
    assert place.names() == [f"2{SUFFIX}", f"4{UNUSABLE}"]


async def test_a_key_that_was_replaced_still_proves_what_it_proved_while_it_is_there(place: Place) -> None:
    await place.take(4)

    assert (await place.started(place.snapshots(keys=[OTHER_KEY, KEY])))[1] == [4]
    assert (await place.started(place.snapshots(keys=[OTHER_KEY])))[1] == [0, 1, 2, 3, 4]


async def test_a_snapshot_of_another_version_of_the_code_is_set_aside(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.take(4)
    monkeypatch.setattr(StateCodec, "fingerprint", lambda _: "0" * 64)

    assert (await place.started())[1] == [0, 1, 2, 3, 4]
    assert place.names() == [f"4{UNUSABLE}"]


def test_the_fingerprint_follows_each_source_of_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "rules_for_a_fingerprint"
    package.mkdir()
    (package / "__init__.py").write_text("")
    found = {digest_of_code((package.name,))}
    for source in ("x = 1", "x = 2"):
        (package / "rules.py").write_text(source)
        digest_of_code.cache_clear()
        found.add(digest_of_code((package.name,)))
    assert len(found) == 3


async def test_a_snapshot_of_another_log_is_not_believed(place: Place) -> None:
    file = await place.take(4)
    another = Snapshots(hall_log(1), place.snapshots().folder)
    file.rename(another.folder.path / file.name.replace("halls-0", "halls-1"))

    with pytest.raises(snapshot_file.SnapshotUnusable, match="it is of /halls/0"):
        await another.checked(another.files()[0], MemoryLog(place.partition).value_at)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(lambda values: values[:3], id="the log is shorter"),
        pytest.param(lambda values: [b"an orphan", *values], id="the log has other offsets"),
        pytest.param(lambda _: [], id="the log is empty"),
        pytest.param(lambda values: [*values[:3], values[4], values[3]], id="another record is there"),
    ],
)
async def test_a_snapshot_that_the_log_does_not_bear_out_is_set_aside(place: Place, elsewhere: Any) -> None:
    await place.take(4)
    place.partition.values = elsewhere(place.partition.values)

    replica, read = await place.started()

    assert read == list(range(len(place.partition.values)))
    assert place.names() == [f"4{UNUSABLE}"]
    assert replica.chain.sequence <= len(place.partition.values)


async def test_trouble_with_the_log_costs_no_snapshot(place: Place) -> None:
    await place.take(4)
    writer, log = place.writer()
    log.away = True
    with pytest.raises(Trouble):
        await writer.follow()
    log.away = False

    async with following(writer):
        await until(lambda: writer.following)
    assert (log.offsets, place.names()) == ([4], [f"4{SUFFIX}"])


async def test_nothing_is_half_there_when_the_process_dies_before_the_file_has_its_name(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.take(3)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(snapshots, "_rename", killed)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        await place.take(5)
    assert place.names() == [f"3{SUFFIX}", f"5{UNFINISHED}"]
    monkeypatch.undo()

    assert (await place.started())[1] == [3, 4]
    assert place.names() == [f"3{SUFFIX}"], "what was left is taken away"


async def test_a_disk_that_takes_nothing_costs_a_line_and_no_entry(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LOOK_SECONDS", 0.001)
    store = place.snapshots()
    store.folder.path.rmdir()
    writer, _ = place.writer(store)
    replies: MemoryReplies[Answer] = MemoryReplies()
    async with following(writer), keeping(store, writer):
        await until(lambda: store.sequence == 5)
        await lead(writer, replies, [wish("reserve", 2, "anew")])
    assert [one.said for one in replies.told] == ["accepted"]
    store.folder.path.mkdir()


async def test_a_log_that_has_stopped_gives_no_snapshot(place: Place) -> None:
    place.partition.values[4] = place.partition.values[4].replace(b"seat-released.v1", b"seat-released.v2")
    writer, _ = place.writer()
    async with following(writer):
        await until(lambda: writer.following)
        assert writer.stopped is not None
        assert writer.now() is None


async def test_a_follower_begins_at_its_snapshot_too(place: Place) -> None:
    await place.take(4)
    tail = MemoryTail(place.partition)
    follower = LogFollower(hall_log(), tail, place.snapshots())
    task = asyncio.create_task(follower.run())
    try:
        await follower.begun()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert known(follower.replica) == known((await place.started())[0])


def test_a_type_that_no_codec_knows_is_refused_when_the_codec_is_made() -> None:
    with pytest.raises(TypeError, match="no codec knows"):
        StateCodec.of(set[int], made_by=())


class Box(NamedTuple):
    project: str
    since: date


class Boxes(NamedTuple):
    boxes: Map[str, Box]


def test_what_members_of_a_state_have_in_common_is_one_value_again_after_a_start() -> None:
    codec, box = StateCodec.of(Boxes, made_by=()), Box("Hotel Adria", date(2026, 11, 28))
    written = json.dumps(list(codec.pieces(Boxes(Map({"a": box, "b": box})))))

    first, second = codec.assembled(json.loads(written)).boxes.values()

    assert first == box
    assert first.project is second.project
    assert first.since is second.since
