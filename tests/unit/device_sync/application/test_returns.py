import base64
from dataclasses import replace

import pytest

from contracts.commands.returns import ReturnLicenses
from contracts.documents.return_document import verify_return
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application import returns
from device_sync.application.returns import Receipt, Returns
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import Caller, Refused
from runtime.trouble import Trouble
from tests.support.device_sync import CALLER, MemoryLedger, accepted, away, rejected, takes_returns
from tests.support.documents import BOX, NOW, OTHER_SERIAL, SERIAL, STRANGER_KEY, TRUSTED, Box, factory, other_writings

RAW = BOX.return_document()
DIGEST = verify_return(RAW, trusted=TRUSTED, now=NOW).digest


async def test_a_return_becomes_a_command_and_its_receipt_the_answer(store: SqliteStore) -> None:
    ledger = MemoryLedger(takes_returns(store))

    answer = await _hand_in(store, ledger)

    assert answer == Receipt(_stored(store))
    assert ledger.asked == [
        ReturnLicenses(
            serial=SERIAL,
            generation=1,
            document_digest=DIGEST,
            certificate_sha256=BOX.statement().certificate_sha256,
            firmware="11.00",
            stated=(("Port11", 20),),
            document=base64.b64encode(RAW).decode(),
        )
    ]


async def test_the_same_document_again_gets_the_same_receipt_and_asks_nobody(store: SqliteStore) -> None:
    first = await _hand_in(store, MemoryLedger(takes_returns(store)))

    assert await _hand_in(store, MemoryLedger(away)) == first
    for again in other_writings(RAW):
        assert await _hand_in(store, MemoryLedger(away), raw=again) == first


async def test_another_document_of_a_spent_generation_is_the_ledgers_to_refuse(store: SqliteStore) -> None:
    await _hand_in(store, MemoryLedger(takes_returns(store)))

    other = await _hand_in(store, MemoryLedger(rejected("generation_spent")), raw=BOX.return_document(nonce="f" * 32))

    assert _code(other) == "generation_spent"


async def test_an_accepted_return_spends_the_certificate_at_once(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "RECEIPT_SECONDS", 0.01)

    with pytest.raises(Trouble, match="receipt is being made"):
        await _hand_in(store, MemoryLedger(accepted))

    head = store.head(SERIAL)
    assert head is not None
    assert head.spent_generation == 1


async def test_a_device_hands_in_its_own_document_only(store: SqliteStore) -> None:
    stranger = replace(CALLER, serial=OTHER_SERIAL)

    assert _code(await _hand_in(store, MemoryLedger(away), caller=stranger)) == "certificate_serial_mismatch"


async def test_a_document_of_another_device_is_refused(store: SqliteStore) -> None:
    other = Box(factory(OTHER_SERIAL, STRANGER_KEY), key=STRANGER_KEY, serial=OTHER_SERIAL)

    assert _code(await _hand_in(store, MemoryLedger(away), raw=other.return_document())) == "signature_invalid"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "document_malformed"),
        (RAW[:-20], "document_malformed"),
        (RAW.replace(b'count="20"', b'count="21"'), "signature_invalid"),
        (RAW + b" " * 40_000, "document_too_big"),
        (BOX.return_document(firmware="7.00"), "firmware_too_old"),
    ],
)
async def test_a_bad_document_is_refused_before_the_ledger_is_asked(store: SqliteStore, raw: bytes, code: str) -> None:
    ledger = MemoryLedger(away)

    assert _code(await _hand_in(store, ledger, raw=raw)) == code
    assert not ledger.asked


@pytest.mark.parametrize("firmware", ["13r3", "13r3 sr21", "14r1 beta2", "1300", "13.00-hotfix"])
async def test_a_firmware_of_another_form_gives_back_all_the_same(store: SqliteStore, firmware: str) -> None:
    raw = BOX.return_document(firmware=firmware, created="2026-11-24T11:00:00.5+01:00")

    assert isinstance(await _hand_in(store, MemoryLedger(takes_returns(store)), raw=raw), Receipt)


async def test_a_device_without_a_license_file_has_nothing_to_return(empty_store: SqliteStore) -> None:
    assert _code(await _hand_in(empty_store, MemoryLedger(away))) == "device_unknown"


async def test_trouble_is_told_and_nothing_is_kept(store: SqliteStore) -> None:
    with pytest.raises(Trouble):
        await _hand_in(store, MemoryLedger(away))

    assert store.receipt(0, SERIAL, 1) is None


async def test_the_receipt_can_be_fetched_again_with_the_invalid_certificate_only(store: SqliteStore) -> None:
    use_case = _returns(store, MemoryLedger(takes_returns(store)))
    await use_case.hand_in(CALLER, SERIAL, RAW, correlation_id="test")

    assert use_case.receipt(CALLER, SERIAL) == Receipt(_stored(store))
    assert _code(use_case.receipt(replace(CALLER, generation=2), SERIAL)) == "receipt_unknown"
    assert _code(use_case.receipt(replace(CALLER, serial=OTHER_SERIAL), SERIAL)) == "certificate_serial_mismatch"


def _returns(store: SqliteStore, ledger: MemoryLedger) -> Returns:
    return Returns(store, ledger, SpentCertificates(ledger), authorities=TRUSTED, clock=lambda: NOW)


async def _hand_in(
    store: SqliteStore, ledger: MemoryLedger, *, raw: bytes = RAW, caller: Caller = CALLER
) -> Receipt | Refused:
    return await _returns(store, ledger).hand_in(caller, SERIAL, raw, correlation_id="test")


def _stored(store: SqliteStore) -> bytes:
    row = store.receipt(0, SERIAL, 1)
    assert row is not None
    return row.document


def _code(answer: Receipt | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.code
