from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.documents.device_certificate import make_authority
from runtime.ca_files import read_authorities
from runtime.settings import SettingsWrong


def _authority(file: Path, name: str) -> Path:
    made = make_authority(ec.generate_private_key(ec.SECP256R1()), name, not_before=datetime(2020, 1, 1, tzinfo=UTC))
    file.write_bytes(made.public_bytes(Encoding.PEM))
    return file


def test_two_authorities_are_read_from_two_files(tmp_path: Path) -> None:
    device = _authority(tmp_path / "device.pem", "Device CA")
    generation = _authority(tmp_path / "generation.pem", "Generation CA")
    trusted = read_authorities(device=device, generation=generation)
    assert (len(trusted.device), len(trusted.generation)) == (1, 1)


def test_one_file_for_both_roles_is_one_sentence_that_names_both_settings(tmp_path: Path) -> None:
    both = _authority(tmp_path / "both.pem", "One for all")
    with pytest.raises(SettingsWrong) as wrong:
        read_authorities(device=both, generation=both)
    assert str(wrong.value) == (
        f"LICENSING_DEVICE_CA_FILE ({both}) and LICENSING_GENERATION_CA_FILE ({both}): "
        "a device CA is among the generation CAs; each authority has one role"
    )


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_is_away_or_has_no_certificate_is_a_sentence_too(tmp_path: Path, content: bytes | None) -> None:
    device, generation = tmp_path / "device.pem", _authority(tmp_path / "generation.pem", "Generation CA")
    if content is not None:
        device.write_bytes(content)
    with pytest.raises(SettingsWrong, match="LICENSING_DEVICE_CA_FILE"):
        read_authorities(device=device, generation=generation)
