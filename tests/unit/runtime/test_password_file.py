"""A password that is replaced while a process runs is the next connection's."""

from pathlib import Path

import pytest
from aiokafka.conn import ScramAuthenticator

from dev.stack import secret_files
from runtime.kafka import Connection
from runtime.password_file import password_in
from runtime.settings import Settings, SettingsWrong


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    secret_files.write(file, "the first one\n")
    return file


def test_it_is_the_one_that_the_file_has_now(file: Path) -> None:
    password = password_in(file, name="password")
    assert password() == "the first one"

    secret_files.write(file, "another\n")

    assert password() == "another"


def test_a_file_that_others_may_read_or_that_is_gone_changes_nothing(file: Path) -> None:
    password = password_in(file, name="password")

    file.write_text("of somebody\n")
    file.chmod(0o644)
    assert password() == "the first one"
    file.unlink()
    assert password() == "the first one"

    secret_files.write(file, "another\n")
    assert password() == "another"


def test_without_one_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        password_in(tmp_path / "password", name="password")
    secret_files.write(tmp_path / "password", "")
    with pytest.raises(SettingsWrong, match="is empty"):
        password_in(tmp_path / "password", name="password")


def test_each_connection_to_a_broker_proves_itself_by_the_password_of_its_moment(file: Path) -> None:
    said = {"admin_port": 0, "kafka_bootstrap": "kafka:9093", "kafka_username": "signer", "kafka_password_file": file}
    options = Connection.from_settings(Settings.model_validate(said)).options()

    assert _proven(options["sasl_plain_password"]) == b"the first one"
    secret_files.write(file, "another\n")
    assert _proven(options["sasl_plain_password"]) == b"another"
    assert "another" not in repr(options)


def _proven(password: str | None) -> bytes:
    """What a new connection of aiokafka makes of it."""
    scram = ScramAuthenticator(
        loop=None, sasl_plain_password=password, sasl_plain_username="signer", sasl_mechanism="SCRAM-SHA-512"
    )
    return bytes(scram._sasl_plain_password)  # pyright: ignore[reportPrivateUsage]
