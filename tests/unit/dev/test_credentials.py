import stat
from pathlib import Path

import pytest

from contracts.access import roles
from dev.stack.kafka.credentials import ADMINISTRATOR, BROKER, Credentials


@pytest.fixture
def made(tmp_path: Path) -> Credentials:
    credentials = Credentials(tmp_path)
    credentials.make()
    return credentials


def test_every_user_has_a_password_of_its_own(made: Credentials) -> None:
    users = (BROKER, ADMINISTRATOR, *roles())

    assert len({made.password(user) for user in users}) == len(users)
    assert {len(made.password(user)) for user in users} == {64}


def test_passwords_and_keys_are_for_their_owner_only(made: Credentials, tmp_path: Path) -> None:
    (folder,) = tmp_path.iterdir()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir() if file != made.ca_file}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert made.keystore_file.name in modes


def test_the_key_of_the_authority_is_nowhere(made: Credentials, tmp_path: Path) -> None:
    keys = [file for file in tmp_path.rglob("*") if file.is_file() and "PRIVATE KEY" in file.read_text()]

    assert keys == [made.keystore_file]
    assert made.keystore_file.read_text().count("PRIVATE KEY-----\n") == 2


def test_what_was_made_stays(made: Credentials, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    made.password_file("auditor").unlink()
    made.make()

    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert {file for file in before if before[file] != after[file]} == {made.password_file("auditor")}
