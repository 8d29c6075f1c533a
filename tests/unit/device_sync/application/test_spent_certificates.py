import asyncio

import pytest
from prometheus_client import REGISTRY

from contracts.commands import Command
from contracts.commands.returns import ReportSpentCertificate
from contracts.outcomes import Accepted
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application import spent
from device_sync.application.license_files import LicenseFiles
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import Caller, Refused
from tests.support.device_sync import CALLER, MemoryLedger, accepted, away, file_row, rejected
from tests.support.documents import SERIAL


@pytest.fixture
def next_generation(store: SqliteStore) -> SqliteStore:
    """The caller's generation was given back."""
    store.take([file_row(sequence=12, generation=2, issue=3)], {})
    return store


def counted() -> float:
    return REGISTRY.get_sample_value("licensing_device_spent_certificates_total") or 0


async def _fetch(files: LicenseFiles, caller: Caller = CALLER) -> str:
    answer = await files.fetch(caller, SERIAL, known=(), correlation_id="test")
    assert isinstance(answer, Refused)
    return answer.code


async def test_a_spent_certificate_is_told_once_however_often_it_is_shown(next_generation: SqliteStore) -> None:
    ledger = MemoryLedger(accepted)
    files, before = LicenseFiles(next_generation, ledger, SpentCertificates(ledger)), counted()

    for _ in range(5):
        assert await _fetch(files) == "certificate_invalidated"

    report = ReportSpentCertificate(serial=SERIAL, generation=1, certificate_sha256=CALLER.certificate_sha256)
    assert ledger.asked == [report]
    assert ledger.told == [(0, f"device:{SERIAL}", "test")]
    assert counted() == before + 1


async def test_another_replica_tells_it_under_the_same_id(next_generation: SqliteStore) -> None:
    first, second = MemoryLedger(accepted), MemoryLedger(accepted)

    for ledger in (first, second):
        await _fetch(LicenseFiles(next_generation, ledger, SpentCertificates(ledger)))

    assert first.ids == second.ids


async def test_the_no_does_not_depend_on_the_ledger_and_is_told_later(next_generation: SqliteStore) -> None:
    ledger = MemoryLedger(away)
    files = LicenseFiles(next_generation, ledger, SpentCertificates(ledger))

    assert await _fetch(files) == "certificate_invalidated"
    ledger.answer = accepted
    assert await _fetch(files) == "certificate_invalidated"

    assert len(ledger.asked) == 2


async def test_a_ledger_that_does_not_answer_holds_nobody_up(
    next_generation: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spent, "REPORT_SECONDS", 0.01)

    class Silent(MemoryLedger):
        async def ask(self, command: Command, **_: object) -> Accepted:
            await asyncio.sleep(60)
            return accepted(command)

    silent = Silent(accepted)
    assert await _fetch(LicenseFiles(next_generation, silent, SpentCertificates(silent))) == "certificate_invalidated"


async def test_what_the_ledger_refuses_is_not_told_again(next_generation: SqliteStore) -> None:
    ledger = MemoryLedger(rejected("generation_unknown"))
    files = LicenseFiles(next_generation, ledger, SpentCertificates(ledger))

    await _fetch(files)
    await _fetch(files)

    assert len(ledger.asked) == 1


async def test_the_memory_of_what_was_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spent, "MAX_REMEMBERED", 2)
    ledger = MemoryLedger(accepted)
    reports = SpentCertificates(ledger)

    for generation in (1, 2, 3, 3, 1):
        await reports.seen(Caller(SERIAL, generation, "ab" * 32), 0, correlation_id="test")

    assert len(ledger.asked) == 4
