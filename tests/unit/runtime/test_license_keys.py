from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from runtime.license_keys import read_license_keys
from runtime.settings import SettingsWrong
from tests.support.documents import LICENSE_KEY, LICENSE_KEY_ID, STRANGER_KEY


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_a_file_may_hold_several_keys_while_one_takes_over_from_another(tmp_path: Path) -> None:
    file = tmp_path / "license-keys.pem"
    file.write_bytes(b"# the present one\n" + _pem(LICENSE_KEY) + b"\n" + _pem(STRANGER_KEY))
    keys = read_license_keys(file)
    assert len(keys) == 2
    assert keys[LICENSE_KEY_ID] == LICENSE_KEY.public_key()


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"no key",
        _pem(LICENSE_KEY) * 2,
        _pem(ed25519.Ed25519PrivateKey.generate()),
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(LICENSE_KEY).replace(b"M", b"?"),
    ],
)
def test_a_file_without_keys_or_with_another_kind_is_one_sentence_that_names_the_setting(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "license-keys.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsWrong, match="LICENSING_LICENSE_KEYS_FILE"):
        read_license_keys(file)
