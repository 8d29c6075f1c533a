"""A box that another one stands in for: it gets nothing, and the ledger hears that it was here."""

import asyncio
from dataclasses import replace

import pytest

from contracts.codes import activation_key, claim_code
from contracts.commands import Command
from contracts.commands.claims import ClaimDevice
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.returns import ReportSpentCertificate, ReturnLicenses
from contracts.documents.return_document import verify_return
from contracts.outcomes import Accepted, Rejected
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.claims import Claimed, Claims
from device_sync.application.license_files import Delivered, FileAnswer, LicenseFiles
from device_sync.application.returns import Receipt, Returns
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import Caller, Refused
from tests.support.device_sync import (
    CALLER,
    MemoryLedger,
    accepted,
    away,
    file_row,
    last_file_row,
    receipt_row,
    rejected,
)
from tests.support.documents import BOX, NOW, SERIAL, TRUSTED

REPLACED = Refused("device_replaced")
REPORT = ReportSpentCertificate(serial=SERIAL, generation=1, certificate_sha256=CALLER.certificate_sha256)
RAW = BOX.return_document()
DIGEST = verify_return(RAW, trusted=TRUSTED, now=NOW).digest
CODE = claim_code.make(b"s" * 32, "00" * 32)


@pytest.fixture
def replaced(store: SqliteStore) -> SqliteStore:
    """The last file of the serial has arrived."""
    store.take([last_file_row()], {})
    return store


def _knows_more(command: Command) -> Accepted | Rejected:
    """A ledger in which the device was replaced, while the store does not know it yet."""
    return accepted(command) if isinstance(command, ReportSpentCertificate) else rejected("device_replaced")(command)


@pytest.mark.parametrize("generation", [1, 2, 3])
async def test_no_certificate_of_a_replaced_device_gets_a_file(replaced: SqliteStore, generation: int) -> None:
    caller = replace(CALLER, generation=generation)
    async with asyncio.timeout(1):
        assert await _fetch(replaced, MemoryLedger(accepted), caller) == REPLACED


async def test_nor_does_one_that_knows_the_last_file(replaced: SqliteStore) -> None:
    assert await _fetch(replaced, MemoryLedger(accepted), known={last_file_row().sha256}) == REPLACED


async def test_its_certificate_is_told_to_the_ledger_once(replaced: SqliteStore) -> None:
    ledger = MemoryLedger(accepted)
    files = LicenseFiles(replaced, ledger, SpentCertificates(ledger))
    for _ in range(3):
        assert await files.fetch(CALLER, SERIAL, known=(), correlation_id="test") == REPLACED

    assert ledger.asked == [REPORT]


async def test_the_no_does_not_depend_on_the_ledger(replaced: SqliteStore) -> None:
    assert await _fetch(replaced, MemoryLedger(away)) == REPLACED


async def test_a_box_that_is_quicker_than_the_last_file_gets_the_ledgers_word(store: SqliteStore) -> None:
    ledger = MemoryLedger(_knows_more)

    assert await _fetch(store, ledger) == REPLACED
    delivery = RecordLicenseFileDelivery(
        serial=SERIAL, generation=1, issue=2, file_sha256=file_row().sha256, path="direct"
    )
    assert ledger.asked == [delivery, REPORT]


async def test_another_no_of_the_ledger_is_no_reason_to_tell_it(store: SqliteStore) -> None:
    ledger = MemoryLedger(rejected("device_blocked"))

    await _fetch(store, ledger)
    await _hand_in(store, ledger)
    await _claim(store, ledger)

    assert [type(command) for command in ledger.asked] == [RecordLicenseFileDelivery, ReturnLicenses, ClaimDevice]


async def test_a_return_that_the_ledger_refuses_for_that_is_told(replaced: SqliteStore) -> None:
    ledger = MemoryLedger(_knows_more)

    assert await _hand_in(replaced, ledger) == REPLACED
    assert [type(command) for command in ledger.asked] == [ReturnLicenses, ReportSpentCertificate]


async def test_the_receipt_of_a_return_from_before_is_still_handed_out(replaced: SqliteStore) -> None:
    receipt = receipt_row(DIGEST, sequence=10)
    replaced.take([receipt], {})
    ledger = MemoryLedger(away)

    assert await _hand_in(replaced, ledger) == Receipt(receipt.document)
    assert _returns(replaced, ledger).receipt(CALLER, SERIAL) == Receipt(receipt.document)


async def test_a_replaced_device_claims_nothing(replaced: SqliteStore) -> None:
    ledger = MemoryLedger(accepted)

    assert await _claim(replaced, ledger) == REPLACED
    assert ledger.asked == [REPORT]


async def test_a_claim_that_is_quicker_than_the_last_file_is_the_ledgers_to_refuse(store: SqliteStore) -> None:
    ledger = MemoryLedger(_knows_more)

    assert await _claim(store, ledger) == REPLACED
    digest = claim_code.digest(activation_key.normalise(CODE))
    assert ledger.asked == [ClaimDevice(serial=SERIAL, code_digest=digest), REPORT]


async def test_a_box_that_is_back_in_stock_gets_its_receipt_and_its_former_certificate_is_reported(
    replaced: SqliteStore,
) -> None:
    receipt, blank = receipt_row(DIGEST, sequence=20), file_row(sequence=20, generation=2, issue=4)
    replaced.take([receipt, blank], {})
    ledger = MemoryLedger(accepted)

    assert _returns(replaced, ledger).receipt(CALLER, SERIAL) == Receipt(receipt.document)
    assert await _hand_in(replaced, ledger) == Receipt(receipt.document)
    assert ledger.asked == []
    assert await _fetch(replaced, ledger) == Refused("certificate_invalidated")
    assert ledger.asked == [REPORT]


async def test_the_receipt_says_so_where_the_blank_file_comes_later(replaced: SqliteStore) -> None:
    replaced.take([receipt_row(DIGEST, sequence=20)], {})

    assert await _fetch(replaced, MemoryLedger(accepted)) == Refused("certificate_invalidated")
    caller = replace(CALLER, generation=2)
    assert await _fetch(replaced, MemoryLedger(rejected("device_unknown")), caller) == Refused("device_unknown")


async def test_with_its_new_certificate_it_gets_what_the_ledger_says(replaced: SqliteStore) -> None:
    replaced.take([receipt_row(DIGEST, sequence=20), file_row(sequence=20, generation=2, issue=4)], {})
    caller = replace(CALLER, generation=2)

    assert await _fetch(replaced, MemoryLedger(rejected("device_unknown")), caller) == Refused("device_unknown")
    newest = file_row(sequence=22, generation=2, issue=6)
    replaced.take([newest], {})
    assert await _fetch(replaced, MemoryLedger(accepted), caller) == Delivered(newest.document, newest.sha256)


async def _fetch(
    store: SqliteStore, ledger: MemoryLedger, caller: Caller = CALLER, known: set[str] | None = None
) -> FileAnswer:
    files = LicenseFiles(store, ledger, SpentCertificates(ledger))
    return await files.fetch(caller, SERIAL, known=known or set(), correlation_id="test")


def _returns(store: SqliteStore, ledger: MemoryLedger) -> Returns:
    return Returns(store, ledger, SpentCertificates(ledger), authorities=TRUSTED, clock=lambda: NOW)


async def _hand_in(store: SqliteStore, ledger: MemoryLedger) -> Receipt | Refused:
    return await _returns(store, ledger).hand_in(CALLER, SERIAL, RAW, correlation_id="test")


async def _claim(store: SqliteStore, ledger: MemoryLedger) -> Claimed | Refused:
    claims = Claims(store, ledger, SpentCertificates(ledger), number=0)
    return await claims.claim(CALLER, SERIAL, CODE.encode(), correlation_id="test")
