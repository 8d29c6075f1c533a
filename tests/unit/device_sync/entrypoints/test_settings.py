from pathlib import Path

import pytest
from pydantic import ValidationError

from device_sync.entrypoints.settings import DeviceSyncSettings

FILES = (
    "TLS_CERTIFICATE_FILE",
    "TLS_KEY_FILE",
    "DEVICE_CA_FILE",
    "GENERATION_CA_FILE",
    "LICENSE_KEYS_FILE",
    "STORE_FILE",
    "WRITER_KEY_FILE",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LICENSING_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    for name in FILES:
        monkeypatch.setenv(f"LICENSING_{name}", str(tmp_path / name))


def _read() -> DeviceSyncSettings:
    return DeviceSyncSettings()  # pyright: ignore[reportCallIssue] - the environment fills them


def test_one_ledger_is_served_where_nothing_is_said() -> None:
    assert (_read().served_ledgers, _read().claim_ledger) == ((0,), 0)


def test_several_ledgers_are_served_in_the_order_in_which_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSING_SERVED_LEDGERS", "7,0, 3")
    monkeypatch.setenv("LICENSING_CLAIM_LEDGER", "3")
    assert _read().served_ledgers == (7, 0, 3)


@pytest.mark.parametrize("said", ["", "one", "1000", "0,0", "-1", "1", "0,,1"])
def test_other_words_and_claim_codes_of_a_ledger_that_is_not_served_are_refused(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSING_SERVED_LEDGERS", said)
    with pytest.raises(ValidationError):
        _read()
