import asyncio
from dataclasses import replace

import pytest

from contracts.commands import Command
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.outcomes import Accepted, Rejected
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application import license_files
from device_sync.application.license_files import Delivered, LicenseFiles, NotModified
from device_sync.application.ports import LicenseFileRow
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import Caller, Refused
from runtime import tracing
from runtime.trouble import Trouble
from tests.support.collector import a_collector, traced
from tests.support.device_sync import CALLER, Answer, MemoryLedger, accepted, away, file_row, receipt_row, rejected
from tests.support.documents import FILE as SAID
from tests.support.documents import OTHER_SERIAL, SERIAL, signed_file

FILE = file_row()
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_the_first_delivery_is_in_the_ledger_before_the_file_is_given(store: SqliteStore) -> None:
    ledger = MemoryLedger(accepted)

    assert await _fetch(store, ledger) == Delivered(FILE.document, FILE.sha256)
    assert ledger.asked == [
        RecordLicenseFileDelivery(serial=SERIAL, generation=1, issue=2, file_sha256=FILE.sha256, path="direct")
    ]


async def test_a_second_delivery_of_the_same_file_asks_nobody(store: SqliteStore) -> None:
    await _fetch(store, MemoryLedger(accepted))

    assert await _fetch(store, MemoryLedger(away)) == Delivered(FILE.document, FILE.sha256)


async def test_no_byte_leaves_while_the_ledger_can_not_be_asked(store: SqliteStore) -> None:
    with pytest.raises(Trouble):
        await _fetch(store, MemoryLedger(away))


async def test_repeating_a_delivery_repeats_the_command_id(store: SqliteStore) -> None:
    first, second = MemoryLedger(accepted), MemoryLedger(accepted)
    await _fetch(store, first)
    store.remember_delivery(SERIAL, "another file")
    await _fetch(store, second)

    assert first.ids == second.ids


async def test_a_box_that_has_the_file_is_told_so_and_nothing_is_recorded(store: SqliteStore) -> None:
    ledger = MemoryLedger(away)

    assert await _fetch(store, ledger, known={FILE.sha256}) == NotModified(FILE.sha256)
    assert await _fetch(store, ledger, known={"*"}) == NotModified(FILE.sha256)
    assert not ledger.asked


async def test_a_box_with_an_older_file_gets_the_new_one(store: SqliteStore) -> None:
    assert await _fetch(store, MemoryLedger(accepted), known={"00" * 32}) == Delivered(FILE.document, FILE.sha256)


async def test_a_device_sees_its_own_serial_only(store: SqliteStore) -> None:
    stranger = replace(CALLER, serial=OTHER_SERIAL)

    assert _code(await _fetch(store, MemoryLedger(away), stranger)) == "certificate_serial_mismatch"


async def test_an_unknown_device_is_told_so(empty_store: SqliteStore) -> None:
    assert _code(await _fetch(empty_store, MemoryLedger(away))) == "device_unknown"


async def test_a_box_that_was_added_just_now_waits_for_its_first_file(empty_store: SqliteStore) -> None:
    asking = asyncio.create_task(_fetch(empty_store, MemoryLedger(accepted)))
    await asyncio.sleep(0.05)
    empty_store.take([FILE], {})

    assert await asking == Delivered(FILE.document, FILE.sha256)


async def test_a_spent_certificate_gets_no_file_of_the_next_generation(store: SqliteStore) -> None:
    store.take([file_row(sequence=12, generation=2, issue=3)], {})

    assert _code(await _fetch(store, MemoryLedger(away))) == "certificate_invalidated"


async def test_a_spent_certificate_gets_no_old_file_while_the_next_one_is_made(store: SqliteStore) -> None:
    store.take([receipt_row("ab" * 32)], {})

    assert _code(await _fetch(store, MemoryLedger(away))) == "certificate_invalidated"


async def test_a_certificate_is_spent_as_soon_as_its_return_is_accepted(store: SqliteStore) -> None:
    store.remember_spent(0, SERIAL, 1)

    assert _code(await _fetch(store, MemoryLedger(away), known={FILE.sha256})) == "certificate_invalidated"


async def test_a_box_that_is_quicker_than_the_signer_waits_for_its_file(store: SqliteStore) -> None:
    newer = file_row(sequence=12, generation=2, issue=3)
    asyncio.get_running_loop().call_later(0.02, store.take, [newer], {})

    answer = await _fetch(store, MemoryLedger(accepted), replace(CALLER, generation=2))

    assert answer == Delivered(newer.document, newer.sha256)


async def test_a_box_does_not_wait_for_ever(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(license_files, "NEWER_SECONDS", 0.02)

    with pytest.raises(Trouble, match="has not been made yet"):
        await _fetch(store, MemoryLedger(away), replace(CALLER, generation=2))


async def test_a_file_that_is_superseded_meanwhile_gives_way_to_the_newer_one(store: SqliteStore) -> None:
    newer = file_row(sequence=12, issue=3)

    answer = await _fetch(store, MemoryLedger(_superseded_once(store, newer)))

    assert answer == Delivered(newer.document, newer.sha256)


async def test_a_file_that_is_superseded_again_and_again_is_refused(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(license_files, "NEWER_SECONDS", 0.01)

    assert _code(await _fetch(store, MemoryLedger(rejected("license_file_superseded")))) == "license_file_superseded"


async def test_what_the_ledger_refuses_is_not_given(store: SqliteStore) -> None:
    assert _code(await _fetch(store, MemoryLedger(rejected("no_right")))) == "no_right"


def _superseded_once(store: SqliteStore, newer: LicenseFileRow) -> Answer:
    def answer(command: Command) -> Accepted | Rejected:
        if isinstance(command, RecordLicenseFileDelivery) and command.issue == 2:
            asyncio.get_running_loop().call_later(0.02, store.take, [newer], {})
            return rejected("license_file_superseded")(command)
        return accepted(command)

    return answer


async def _fetch(
    store: SqliteStore, ledger: MemoryLedger, caller: Caller = CALLER, known: set[str] | None = None
) -> Delivered | NotModified | Refused:
    return await LicenseFiles(store, ledger, SpentCertificates(ledger)).fetch(
        caller, SERIAL, known=known or set(), correlation_id="test"
    )


def _code(answer: object) -> str:
    assert isinstance(answer, Refused)
    return answer.code


async def test_the_first_delivery_belongs_to_the_trace_of_the_entry_and_a_later_one_to_none(
    empty_store: SqliteStore,
) -> None:
    entry = b'{"time":"2026-11-24T10:00:00Z","traceparent":"00-%s-b7ad6b7169203331-01"}' % TRACE.encode()
    proof = SAID.proof.model_copy(update={"entry": entry})
    empty_store.take([replace(FILE, document=signed_file(SAID.model_copy(update={"proof": proof})))], {})
    with a_collector() as collector, traced("device-sync", collector.settings()):
        for _ in range(2):
            span = tracing.serving("GET", None)
            assert span is not None
            with tracing.within(span):
                assert isinstance(await _fetch(empty_store, MemoryLedger(accepted)), Delivered)
            span.answered("/v1/devices/{serial}/license-file", 200)

    assert [span.trace_id == TRACE for span in collector.spans] == [True, False]


async def test_a_file_whose_entry_is_of_no_trace_is_delivered_in_one_of_its_own(store: SqliteStore) -> None:
    with a_collector() as collector, traced("device-sync", collector.settings()):
        span = tracing.serving("GET", None)
        assert span is not None
        with tracing.within(span):
            assert isinstance(await _fetch(store, MemoryLedger(accepted)), Delivered)
        span.answered(None, 200)

    assert [(span.parent_id, span.links) for span in collector.spans] == [("", ())]
