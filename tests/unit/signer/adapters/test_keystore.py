"""Keys in files: sealed, never overwritten, never readable by others, and their public parts fit."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from contracts.log.checkpoint import LogVerifier, NoteWrongError
from runtime.settings import SettingsWrong
from signer.adapters import keystore
from signer.adapters.keystore import KeysRefusedError

PASSPHRASE = b"0123456789abcdef" * 2
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PRIVATE = ["license.key.pem", "log.key.pem", "generation-ca.key.pem"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    keystore.create(made, PASSPHRASE, log_name="log.example", now=NOW)
    return made


def test_keys_open_with_their_passphrase_and_fit_their_public_parts(folder: Path) -> None:
    keys, public = keystore.load(folder, PASSPHRASE), keystore.public_parts(folder)
    assert load_pem_public_key(public.license_key_pem.encode()) == keys.license.public_key()
    certificate = x509.load_pem_x509_certificate(public.license_certificate_pem.encode())
    assert certificate.public_key() == keys.license.public_key()
    assert x509.load_pem_x509_certificate(public.generation_ca_pem.encode()) == keys.generation_ca_certificate
    assert public.log_vkey(3) == str(keys.log_of(3).verifier)


def test_each_ledger_has_an_origin_of_its_own(folder: Path) -> None:
    public = keystore.public_parts(folder)
    assert LogVerifier.parse(public.log_vkey(0)).name == "log.example/ledgers/0"
    assert LogVerifier.parse(public.log_vkey(1)).name == "log.example/ledgers/1"


def test_another_passphrase_opens_nothing(folder: Path) -> None:
    with pytest.raises(KeysRefusedError, match="does not open with this passphrase"):
        keystore.load(folder, b"f" * 32)


@pytest.mark.parametrize("name", PRIVATE)
def test_private_keys_are_encrypted_and_for_their_owner_only(folder: Path, name: str) -> None:
    assert (folder / name).read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_file_that_others_may_read_is_refused(folder: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(SettingsWrong, match="can be read by others"):
        keystore.load(folder, PASSPHRASE)


@pytest.mark.parametrize("name", PRIVATE)
def test_a_missing_key_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(KeysRefusedError, match=name):
        keystore.load(folder, PASSPHRASE)


def test_keys_are_never_overwritten(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(KeysRefusedError, match="never overwritten"):
        keystore.create(folder, PASSPHRASE, log_name="log.example", now=NOW)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_weak_passphrase_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(KeysRefusedError, match="fewer than 32 bytes"):
        keystore.create(tmp_path / "keys", b"secret", log_name="log.example", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_log_name_that_no_note_may_carry_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(NoteWrongError):
        keystore.create(tmp_path / "keys", PASSPHRASE, log_name="two words", now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_generation_ca_of_another_key_is_refused(folder: Path, tmp_path: Path) -> None:
    keystore.create(tmp_path / "other", PASSPHRASE, log_name="log.example", now=NOW)
    foreign = tmp_path / "other" / "public" / "generation-ca.pem"
    (folder / "public" / "generation-ca.pem").write_bytes(foreign.read_bytes())
    with pytest.raises(KeysRefusedError, match="not of its key"):
        keystore.load(folder, PASSPHRASE)


def test_open_keys_show_no_secret_when_printed(folder: Path) -> None:
    shown = repr(keystore.load(folder, PASSPHRASE))
    assert "PrivateKey" not in shown
