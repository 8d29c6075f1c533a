"""What /readyz and /metrics tell about the ledgers."""

from prometheus_client import CollectorRegistry, generate_latest

from signer.adapters.metrics import StatusCollector
from signer.application.status import LedgerStatus, readiness


def test_it_is_ready_when_every_ledger_is_followed() -> None:
    statuses = [LedgerStatus(0, phase="following"), LedgerStatus(1, phase="following")]
    assert readiness(statuses) == (True, "following")


def test_what_a_ledger_waits_for_is_said() -> None:
    statuses = [LedgerStatus(0, phase="following"), LedgerStatus(1)]
    assert readiness(statuses) == (False, "ledger 1 starting: it has not read its own topics yet")


def test_a_broker_that_is_away_is_said() -> None:
    status = LedgerStatus(0, phase="following", trouble="append to x: not durable after 30 s")
    assert readiness([status]) == (False, "ledger 0 following: append to x: not durable after 30 s")


def test_a_stopped_ledger_stays_stopped() -> None:
    status = LedgerStatus(0)
    status.stop("account_negative", "entry 6 breaks account_negative")
    status.enter("following")
    assert (status.phase, status.reason) == ("stopped", "entry 6 breaks account_negative")


def test_each_figure_is_there_for_each_ledger() -> None:
    registry = CollectorRegistry()
    stopped = LedgerStatus(1)
    stopped.stop("account_negative", "...")
    foreign = {"licensing.signer.license-files": 3}
    registry.register(
        StatusCollector([LedgerStatus(0, license_files=7, checkpoint_timestamp_seconds=1.7e9), stopped], foreign)
    )
    text = generate_latest(registry).decode()
    assert 'licensing_signer_license_files_total{ledger="0"} 7.0' in text
    assert 'licensing_signer_foreign_records_total{topic="licensing.signer.license-files"} 3.0' in text
    assert 'licensing_signer_stopped{law="account_negative",ledger="1"} 1.0' in text
    assert 'licensing_signer_refusals_total{law="account_negative",ledger="1"} 1.0' in text
    assert 'licensing_signer_checkpoint_timestamp_seconds{ledger="0"} 1.7e+09' in text
