"""The box as a command line program, offline; its online commands are told in the story."""

import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.documents import return_document
from contracts.documents.device_certificate import Authorities
from dev.stack.places import ROOT
from simulator import device
from simulator.pki import Pki, read_certificate, read_key
from tests.support.device_sync import file_row, receipt_row
from tests.support.documents import LICENSE_KEY, NOW, SERIAL


@pytest.fixture
def box(tmp_path: Path) -> Path:
    Pki(tmp_path / "pki").make()
    key = tmp_path / "license-key.pem"
    key.write_bytes(LICENSE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    box = tmp_path / "box"
    code, out, _ = _device("factory", "--serial", SERIAL, "--box", box, "--pki", tmp_path / "pki", "--license-key", key)
    assert (code, out) == (0, f"A box with the serial {SERIAL} is in {box}.\n")
    return box


def test_a_license_file_is_taken_by_hand(box: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.xml"
    file.write_bytes(file_row().document)

    code, out, _ = _device("take", "--box", box, file)

    assert code == 0
    assert "generation 1, issue 2" in out
    assert "20 Port11" in _device("show", "--box", box)[1]


def test_a_return_by_hand_needs_no_network(box: Path, tmp_path: Path) -> None:
    assert _device("invalidate", "--box", box)[0] == 0
    assert "generation 1 (given up)" in _device("show", "--box", box)[1]
    receipt = tmp_path / "receipt.xml"
    receipt.write_bytes(receipt_row(_digest(box), key=read_key(box / "device.key.pem")).document)

    assert _device("take-receipt", "--box", box, receipt) == (0, "The box is in generation 2.\n", "")


def test_a_refusal_is_one_sentence_and_exit_code_1(box: Path, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.xml"
    nonsense.write_bytes(b"<a/>")

    code, out, err = _device("take", "--box", box, nonsense)

    assert (code, out) == (1, "")
    assert err == "The element <a> stands where <license-file> belongs.\n"


def test_a_folder_without_a_box_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator.device", "show", "--box", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.returncode == 1
    assert done.stderr.startswith("There is no box in")


def _digest(box: Path) -> str:
    authority = read_certificate(box.parent / "pki" / "device-ca.pem")
    raw = (box / "return-1.xml").read_bytes()
    now = max(NOW, authority.not_valid_before_utc)
    return return_document.verify_return(raw, trusted=Authorities([authority], []), now=now).digest


def _device(*arguments: str | Path) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = device.main([str(one) for one in arguments])
    return code, out.getvalue(), err.getvalue()
