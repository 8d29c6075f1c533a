"""The simulated box keeps the rules that firmware has to keep."""

from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.documents import license_file, return_document
from contracts.documents.device_certificate import Authorities
from contracts.documents.license_file import LicenseFile, LicenseFileNotForUs
from contracts.documents.xml import DocumentMalformed
from contracts.documents.xmldsig import SignatureInvalid, signer
from simulator.box import Box, BoxError
from simulator.pki import Pki, read_certificate, read_key
from tests.support.device_sync import receipt_row
from tests.support.documents import FILE, LICENSE_KEY, LICENSE_KEY_ID, NOW, OTHER_SERIAL, SERIAL, STRANGER_KEY


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    pki = Pki(tmp_path / "pki")
    pki.make()
    return pki


@pytest.fixture
def box(tmp_path: Path, pki: Pki) -> Box:
    key = tmp_path / "license-key.pem"
    key.write_bytes(LICENSE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return Box.make(tmp_path / "box", SERIAL, pki=pki, license_keys=[key])


def test_private_keys_are_the_owners_only(box: Box, pki: Pki) -> None:
    for path in (box.key_file, pki.device_ca_key, pki.server_ca_key, pki.server_key):
        assert path.stat().st_mode & 0o777 == 0o600


def test_making_the_pki_again_changes_nothing(pki: Pki) -> None:
    before = {path: path.read_bytes() for path in pki.folder.iterdir()}

    assert pki.make() == []
    assert {path: path.read_bytes() for path in pki.folder.iterdir()} == before


def test_a_lost_server_certificate_is_made_again_with_its_key(pki: Pki) -> None:
    pki.server_certificate.unlink()

    assert pki.make() == [pki.server_certificate]
    assert read_certificate(pki.server_certificate).public_key() == read_key(pki.server_key).public_key()


def test_a_box_takes_a_file_that_is_for_it(box: Box) -> None:
    box.take_license_file(_signed())

    assert box.license_file() == FILE
    assert box.state.issue == FILE.issue


def test_a_box_takes_no_older_file(box: Box) -> None:
    box.take_license_file(_signed(issue=3))

    with pytest.raises(LicenseFileNotForUs):
        box.take_license_file(_signed(issue=2))
    assert box.state.issue == 3


def test_a_box_takes_no_file_of_another_device_generation_or_key(box: Box) -> None:
    with pytest.raises(LicenseFileNotForUs):
        box.take_license_file(_signed(serial=OTHER_SERIAL))
    with pytest.raises(LicenseFileNotForUs):
        box.take_license_file(_signed(generation=2))
    with pytest.raises(SignatureInvalid):
        box.take_license_file(license_file.build(FILE, key_id=LICENSE_KEY_ID, sign=signer(STRANGER_KEY)))
    with pytest.raises(DocumentMalformed):
        box.take_license_file(b"not XML")
    assert box.license_file() is None


def test_an_invalidated_box_has_no_licenses_and_takes_none(box: Box) -> None:
    box.take_license_file(_signed())
    box.invalidate()

    assert box.license_file() is None
    with pytest.raises(BoxError, match="given up"):
        box.take_license_file(_signed())


def test_invalidating_again_gives_the_same_document(box: Box, pki: Pki) -> None:
    box.take_license_file(_signed())
    raw = box.invalidate()

    assert box.invalidate() == raw
    document = return_document.verify_return(
        raw, trusted=Authorities([read_certificate(pki.device_ca)], []), now=_now(pki)
    )
    assert document.stated == (("Port11", 20), ("BRI", 4), ("Voicemail11", 2))


def test_a_receipt_begins_the_next_generation_and_old_files_are_dead(box: Box, pki: Pki) -> None:
    old = _signed()
    box.take_license_file(old)
    box.take_receipt(_receipt(box, pki))

    assert (box.state.generation, box.state.invalidated) == (2, False)
    with pytest.raises(LicenseFileNotForUs):
        box.take_license_file(old)
    box.take_license_file(_signed(generation=2, issue=3))


def test_a_box_takes_no_receipt_that_is_not_for_its_return(box: Box) -> None:
    with pytest.raises(BoxError, match="not given up"):
        box.take_receipt(receipt_row("ab" * 32).document)
    box.invalidate()
    with pytest.raises(BoxError, match="another return document"):
        box.take_receipt(receipt_row("ab" * 32, key=read_key(box.key_file)).document)
    with pytest.raises(LicenseFileNotForUs):
        box.take_receipt(receipt_row("ab" * 32, generation=2).document)
    assert box.state.generation == 1


def test_a_box_takes_no_certificate_for_another_key(box: Box, pki: Pki) -> None:
    digest = _digest(box, pki)

    with pytest.raises(BoxError, match="not for this box's key"):
        box.take_receipt(receipt_row(digest, key=STRANGER_KEY).document)


def test_there_is_one_box_in_a_folder(box: Box, pki: Pki) -> None:
    with pytest.raises(BoxError, match="already"):
        Box.make(box.folder, SERIAL, pki=pki, license_keys=[])


def _signed(**changes: object) -> bytes:
    file = LicenseFile.model_validate(dict(FILE) | changes)
    return license_file.build(file, key_id=LICENSE_KEY_ID, sign=signer(LICENSE_KEY))


def _digest(box: Box, pki: Pki) -> str:
    trusted = Authorities([read_certificate(pki.device_ca)], [])
    return return_document.verify_return(box.invalidate(), trusted=trusted, now=_now(pki)).digest


def _receipt(box: Box, pki: Pki) -> bytes:
    return receipt_row(_digest(box, pki), key=read_key(box.key_file)).document


def _now(pki: Pki) -> datetime:
    return max(NOW, read_certificate(pki.device_ca).not_valid_before_utc)
