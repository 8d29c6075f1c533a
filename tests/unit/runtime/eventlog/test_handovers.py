"""What lies on `operator.handovers`: who is asked, and what a writer says of a record that asks nobody."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from contracts.handovers import MAX_BYTES
from runtime.eventlog.handovers import Handovers
from runtime.kafka import Partition as Place
from runtime.kafka import Record

ASKED = {"writer": "ledger-writer", "member": "this-one", "by": "OPS-1", "time": "2026-11-29T18:00:00+00:00"}
LONGEST_REASON = 200


class Leader:
    """A tail with these records, and the leadership that they may be about."""

    member = "this-one"

    def __init__(self, *values: bytes | None) -> None:
        place = Place("operator.handovers", 0)
        self._batches = [[Record(*place, offset, b"", value, (), 1) for offset, value in enumerate(values)]]
        self.is_read = asyncio.Event()
        self.handed_over = 0

    def hand_over(self, now_ms: int) -> None:
        assert now_ms > 0
        self.handed_over += 1

    async def next_batch(self) -> list[Record]:
        if self._batches:
            return self._batches.pop()
        self.is_read.set()
        await asyncio.Event().wait()
        raise AssertionError("the reader is ended before")

    async def end_offset(self) -> int:
        return 0

    async def seek(self, offset: int) -> None: ...
    async def close(self) -> None: ...


async def heard(*values: bytes | None) -> tuple[int, list[Any]]:
    """How often it was handed over, and the lines of the log."""
    leader: Any = Leader(*values)
    with capture_logs() as lines:
        reading = asyncio.create_task(Handovers("ledger-writer", leader, leader).run())
        await asyncio.wait_for(leader.is_read.wait(), 5)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    return leader.handed_over, lines


def said(**members: object) -> bytes:
    return json.dumps(ASKED | members).encode()


async def test_the_process_that_is_named_hands_over() -> None:
    handed_over, (line,) = await heard(said())

    assert handed_over == 1
    assert (line["event"], line["by"], line["member"]) == ("handover_asked_for", "OPS-1", "this-one")


@pytest.mark.parametrize("other", [{"member": "nobody"}, {"writer": "rma-writer"}], ids=str)
async def test_a_request_to_somebody_else_or_to_nobody_is_read_and_passed_over(other: dict[str, str]) -> None:
    assert await heard(said(**other)) == (0, [])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (said(time="2026-11-29T18:00:00Z"), "time: String should match pattern"),
        (said(time="2026-11-29T18:00:00.5+00:00"), "time: String should match pattern"),
        (said(member=""), "member: String should match pattern"),
        (said(writer="nobody"), "writer: Input should be 'ledger-writer' or 'rma-writer'"),
        (json.dumps({"member": "this-one"}).encode(), "writer: Field required"),
        (said(**{"x\n" * 1000: 1}), "the request: Extra inputs are not permitted"),
        (b"\xff{", "the request: Invalid JSON"),
        (said(member="x" * MAX_BYTES), f"a request has 1 to {MAX_BYTES} bytes"),
        (None, f"a request has 1 to {MAX_BYTES} bytes"),
    ],
    ids=range(9),
)
async def test_a_record_that_is_no_request_is_passed_over_with_the_reason(value: bytes | None, reason: str) -> None:
    handed_over, lines = await heard(value, said())

    assert handed_over == 1, "the next one counts"
    assert (lines[0]["event"], lines[0]["offset"]) == ("handover_unreadable", 0)
    assert lines[0]["reason"].startswith(reason)
    assert len(lines[0]["reason"]) < LONGEST_REASON
    assert lines[0]["reason"].isprintable()
