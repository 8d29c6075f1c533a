from contracts.codes import activation_key, claim_code
from contracts.commands.claims import ClaimDevice
from contracts.commands.returns import ReportSpentCertificate
from device_sync.adapters.sqlite_store import SqliteStore
from device_sync.application.claims import Claimed, Claims
from device_sync.application.spent import SpentCertificates
from device_sync.domain.devices import Refused
from tests.support.device_sync import CALLER, Answer, MemoryLedger, accepted, file_row, rejected
from tests.support.documents import OTHER_SERIAL, SERIAL

CODE = claim_code.make(b"s" * 32, "00" * 32)
DIGEST = claim_code.digest(activation_key.normalise(CODE))


async def _claim(
    store: SqliteStore, ledger: MemoryLedger, typed: str = CODE, serial: str = SERIAL
) -> Claimed | Refused:
    claims = Claims(store, ledger, SpentCertificates(ledger), number=3)
    return await claims.claim(CALLER, serial, typed.encode(), correlation_id="c")


def _ledger(answer: Answer = accepted) -> MemoryLedger:
    return MemoryLedger(answer)


async def test_a_claim_becomes_a_command_of_the_box_to_the_ledger_of_the_codes(store: SqliteStore) -> None:
    ledger = _ledger()

    assert await _claim(store, ledger) == Claimed(10)
    assert ledger.asked == [ClaimDevice(serial=SERIAL, code_digest=DIGEST)]
    assert ledger.told == [(3, f"device:{SERIAL}", "c")]


async def test_case_blanks_and_hyphens_do_not_matter_and_repeating_is_the_same_command(store: SqliteStore) -> None:
    ledger = _ledger()
    await _claim(store, ledger)
    await _claim(store, ledger, CODE.lower().replace("-", " "))

    assert ledger.ids[0] == ledger.ids[1]


async def test_the_ledgers_no_is_the_answer(store: SqliteStore) -> None:
    assert await _claim(store, _ledger(rejected("claim_code_used"))) == Refused("claim_code_used")


async def test_a_box_with_a_spent_certificate_claims_nothing(store: SqliteStore) -> None:
    store.take([file_row(sequence=12, generation=2)], {})
    ledger = _ledger()

    assert await _claim(store, ledger) == Refused("certificate_invalidated")
    assert [type(command) for command in ledger.asked] == [ReportSpentCertificate]


async def test_a_box_does_not_claim_another_one(store: SqliteStore) -> None:
    assert await _claim(store, _ledger(), serial=OTHER_SERIAL) == Refused("certificate_serial_mismatch")


async def test_an_activation_key_is_no_claim_code(store: SqliteStore) -> None:
    key = activation_key.make(b"s" * 32, "00" * 32)

    assert activation_key.digest(activation_key.normalise(key)) != claim_code.digest(activation_key.normalise(key))
    assert key != CODE
