"""`signer init` and `signer public`."""

from pathlib import Path

import pytest

from signer.entrypoints.command_line import main


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("0123456789abcdef0123456789abcdef\n")
    path.chmod(0o600)
    return path


def _init(folder: Path, passphrase: Path, *more: str) -> None:
    main(["init", "--keys", str(folder), "--passphrase-file", str(passphrase), *more])


def test_init_makes_keys_and_prints_their_public_parts(
    tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _init(tmp_path / "keys", passphrase, "--ledgers", "2", "--log-name", "log.example")
    shown = capsys.readouterr().out
    assert "log of ledger 1: log.example/ledgers/1+" in shown
    assert "PRIVATE" not in shown
    public = {path.name for path in (tmp_path / "keys" / "public").iterdir()}
    assert public == {
        "license-key.pem",
        "license-certificate.pem",
        "generation-ca.pem",
        "log-key.pem",
        "log-0.vkey",
        "log-1.vkey",
    }


def test_public_prints_what_init_printed(tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _init(tmp_path / "keys", passphrase)
    first = capsys.readouterr().out
    main(["public", "--keys", str(tmp_path / "keys")])
    assert capsys.readouterr().out == first


def test_a_second_init_is_refused_in_one_sentence(
    tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _init(tmp_path / "keys", passphrase)
    with pytest.raises(SystemExit, match="1"):
        _init(tmp_path / "keys", passphrase)
    assert "never overwritten" in capsys.readouterr().err


def test_a_passphrase_file_that_others_may_read_is_refused(
    tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passphrase.chmod(0o644)
    with pytest.raises(SystemExit, match="1"):
        _init(tmp_path / "keys", passphrase)
    assert "can be read by others" in capsys.readouterr().err
    assert not (tmp_path / "keys").exists()
