import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.settings import MAX_SECRET_BYTES, ProcessSettings, Settings, SettingsWrong, load, read_secret


class Example(Settings):
    admin_port: int = 8081
    lease_seconds: int = 5
    database_url: str = "postgresql://ledger:hunter2@localhost/ledger"
    pin: SecretStr = SecretStr("hunter2")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LICENSING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LICENSING_KAFKA_BOOTSTRAP", "localhost:9092")


def test_a_setting_comes_from_its_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSING_LEASE_SECONDS", "7")

    assert load(Example).lease_seconds == 7


def test_a_misspelt_variable_ends_the_process_and_names_the_nearest_known_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSING_LEASE_SECOND", "7")

    with pytest.raises(SystemExit) as ended:
        load(Example)

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "LICENSING_LEASE_SECOND is not a setting of this process; did you mean LICENSING_LEASE_SECONDS?\n"
    )


def test_a_command_may_run_in_the_environment_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSING_ADMIN_PORT", "8082")
    monkeypatch.setenv("LICENSING_LEASE_SECONDS", "5")

    assert load(ProcessSettings, beside=Example).admin_port == 8082


def test_every_wrong_or_missing_variable_gets_its_own_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LICENSING_KAFKA_BOOTSTRAP")
    monkeypatch.setenv("LICENSING_LEASE_SECONDS", "soon")

    with pytest.raises(SystemExit):
        load(Example)

    missing, wrong = capsys.readouterr().err.splitlines()
    assert missing == "LICENSING_KAFKA_BOOTSTRAP is missing"
    assert wrong.startswith("LICENSING_LEASE_SECONDS is wrong: ")
    assert "soon" not in wrong


def test_a_user_without_a_password_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSING_KAFKA_USERNAME", "writer")

    with pytest.raises(SystemExit):
        load(Example)

    assert "given both or not at all" in capsys.readouterr().err


def test_settings_describe_themselves_without_secrets() -> None:
    described = load(Example).describe()

    assert described["database_url"] == "postgresql://ledger:***@localhost/ledger"
    assert "hunter2" not in str(described)
    assert described["lease_seconds"] == "5"


def test_a_secret_is_read_without_its_newline(tmp_path: Path) -> None:
    assert read_secret(_secret(tmp_path, b"word\n", 0o600)) == b"word"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsWrong, match="chmod 600"):
        read_secret(_secret(tmp_path, b"word", mode))


@pytest.mark.parametrize(("mode", "good"), [(0o440, True), (0o640, True), (0o660, False), (0o444, False)])
def test_the_group_may_read_a_secret_that_root_has_handed_to_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, good: bool
) -> None:
    secret = _secret(tmp_path, b"word", mode)
    monkeypatch.setattr("runtime.settings.ROOT", os.geteuid())
    monkeypatch.setattr("os.geteuid", lambda: 10001)

    with nullcontext() if good else pytest.raises(SettingsWrong, match="chmod 600"):
        assert read_secret(secret) == b"word"


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="empty"):
        read_secret(_secret(tmp_path, b"\n", 0o600))


def test_a_huge_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="bigger"):
        read_secret(_secret(tmp_path, b"x" * (MAX_SECRET_BYTES + 1), 0o600))


def _secret(folder: Path, content: bytes, mode: int) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path
