"""What holds for all signed documents: golden bytes, foreign tools, and every attack on the signature."""

import base64
import hashlib
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from contracts.documents import license_file, return_document, return_receipt
from contracts.documents.xml import DocumentMalformed, DocumentRefused, DocumentTooBig
from contracts.documents.xmldsig import DS, SignatureInvalid, key_id, signer
from tests.support.documents import (
    BOX,
    DEVICE_CA,
    FILE,
    LICENSE_KEY,
    LICENSE_KEY_ID,
    NOW,
    PUBLIC_KEYS,
    RECEIPT,
    STRANGER_KEY,
    TRUSTED,
    signed_file,
    signed_receipt,
)

GOLDEN = Path(__file__).parent / "golden"
Verify = Callable[[bytes], object]


def verify_file(raw: bytes) -> object:
    return license_file.verify(raw, public_keys=PUBLIC_KEYS)


def verify_receipt(raw: bytes) -> object:
    return return_receipt.verify(raw, public_keys=PUBLIC_KEYS)


def verify_return(raw: bytes) -> object:
    return return_document.verify_return(raw, trusted=TRUSTED, now=NOW)


KINDS = [
    pytest.param(signed_file(), verify_file, id="license-file"),
    pytest.param(signed_receipt(), verify_receipt, id="return-receipt"),
    pytest.param(BOX.return_document(), verify_return, id="license-return"),
]
each_kind = pytest.mark.parametrize(("raw", "verify"), KINDS)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("license-file.xml", signed_file()),
        ("return-receipt.xml", signed_receipt()),
        ("license-return.xml", BOX.return_document()),
    ],
)
def test_documents_are_the_same_bytes_for_ever(name: str, raw: bytes) -> None:
    assert raw == (GOLDEN / name).read_bytes()


def test_what_was_built_is_what_is_verified() -> None:
    assert verify_file(signed_file()) == FILE
    assert verify_receipt(signed_receipt()) == RECEIPT


@pytest.mark.parametrize("raw", [signed_file(), signed_receipt()])
def test_xmlsec1_verifies_what_the_portal_signs(raw: bytes, tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(LICENSE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    assert _xmlsec1(tmp_path, raw, "--enabled-key-data", "key-name", f"--pubkey-pem:{LICENSE_KEY_ID}", str(pem)) == 0
    changed = raw.replace(b'count="20"', b'count="21"')
    assert (
        _xmlsec1(tmp_path, changed, "--enabled-key-data", "key-name", f"--pubkey-pem:{LICENSE_KEY_ID}", str(pem)) != 0
    )


def test_xmlsec1_verifies_what_a_device_signs(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_bytes(DEVICE_CA.public_bytes(Encoding.PEM))
    at = ("--verification-time", "2026-11-25 10:00:00", "--enabled-key-data", "x509")

    assert _xmlsec1(tmp_path, BOX.return_document(), *at, "--trusted-pem", str(pem)) == 0


@each_kind
def test_white_space_around_the_document_does_not_matter(raw: bytes, verify: Verify) -> None:
    verify(b'<?xml version="1.0" encoding="UTF-8"?>\n' + raw + b"\n")


@each_kind
def test_any_changed_attribute_breaks_the_signature(raw: bytes, verify: Verify) -> None:
    with pytest.raises(SignatureInvalid):
        verify(raw.replace(b'count="20"', b'count="21"'))


@each_kind
def test_a_removed_license_breaks_the_signature(raw: bytes, verify: Verify) -> None:
    start = raw.index(b"<license ")
    end = raw.index(b"</license>") + len(b"</license>")

    with pytest.raises(SignatureInvalid):
        verify(raw[:start] + raw[end:])


@each_kind
def test_a_changed_signature_value_does_not_hold(raw: bytes, verify: Verify) -> None:
    start = raw.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")

    with pytest.raises(SignatureInvalid):
        verify(raw[:start] + (b"A" if raw[start : start + 1] != b"A" else b"B") + raw[start + 1 :])


@each_kind
@pytest.mark.parametrize("value", [b"", b"AAAA", b"!!!!", b"A" * 88, b"A" * 5000])
def test_a_nonsense_signature_value_does_not_hold(raw: bytes, verify: Verify, value: bytes) -> None:
    start = raw.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")

    with pytest.raises(SignatureInvalid):
        verify(raw[:start] + value + raw[raw.index(b"</ds:SignatureValue>") :])


@each_kind
def test_a_document_without_a_signature_is_refused(raw: bytes, verify: Verify) -> None:
    with pytest.raises(DocumentMalformed, match="no signature"):
        verify(raw[: raw.index(b"<ds:Signature ")] + raw[raw.index(b"</ds:Signature>") + 15 :])


@each_kind
def test_two_signatures_are_refused(raw: bytes, verify: Verify) -> None:
    signature = _signature(raw)

    with pytest.raises(DocumentMalformed, match="more than one signature"):
        verify(raw.replace(signature, signature + signature))


@each_kind
def test_a_signature_that_is_not_last_is_refused(raw: bytes, verify: Verify) -> None:
    signature = _signature(raw)
    start = raw.index(b">") + 1
    moved = raw.replace(signature, b"")

    with pytest.raises(DocumentMalformed, match="not the last element"):
        verify(moved[:start] + signature + moved[start:])


@each_kind
def test_a_signed_document_wrapped_into_another_one_is_refused(raw: bytes, verify: Verify) -> None:
    root = raw[1 : raw.index(b" ")]
    forged = raw.replace(b'count="20"', b'count="9000"').replace(_signature(raw), b"")

    with pytest.raises(DocumentRefused):
        verify(forged.replace(b"</" + root + b">", raw + b"</" + root + b">"))


@each_kind
def test_a_signed_document_hidden_in_its_signature_is_refused(raw: bytes, verify: Verify) -> None:
    forged = raw.replace(b'count="20"', b'count="9000"')
    hidden = b"<ds:Object>" + raw.replace(_signature(raw), b"") + b"</ds:Object></ds:Signature>"

    with pytest.raises(DocumentMalformed):
        verify(forged.replace(b"</ds:Signature>", hidden))


@each_kind
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'URI=""', b'URI="#x"', id="covers a part only"),
        pytest.param(b'<ds:Reference URI="">', b"<ds:Reference>", id="no URI"),
        pytest.param(b"more#ecdsa-sha256", b"more#hmac-sha256", id="HMAC with a public key"),
        pytest.param(b"more#ecdsa-sha256", b"more#rsa-sha256", id="RSA"),
        pytest.param(b"xmlenc#sha256", b"xmldsig#sha1", id="SHA-1"),
        pytest.param(b"xml-exc-c14n#", b"xml-exc-c14n#WithComments", id="another canonical form"),
        pytest.param(b"xmldsig#enveloped-signature", b"xmldsig#base64", id="another transform"),
        pytest.param(b"</ds:Transforms>", b'<ds:Transform Algorithm="x"/></ds:Transforms>', id="one transform more"),
        pytest.param(b"</ds:SignedInfo>", b"<ds:Reference/></ds:SignedInfo>", id="one reference more"),
        pytest.param(b"<ds:SignedInfo>", b'<ds:SignedInfo Id="x">', id="an id"),
        pytest.param(b"</ds:Transform>", b"<x/></ds:Transform>", id="a transform's parameter"),
        pytest.param(b"</ds:KeyInfo>", b"<ds:KeyValue/></ds:KeyInfo>", id="a key of its own"),
    ],
)
def test_any_other_form_of_signature_is_refused(raw: bytes, verify: Verify, old: bytes, new: bytes) -> None:
    assert old in raw

    with pytest.raises(DocumentRefused):
        verify(raw.replace(old, new))


NEEDED = [
    pytest.param(b' v="1"', b' v="2"', id="version"),
    pytest.param(b' v="1"', b"", id="attribute missing"),
    pytest.param(b'serial="009033010203"', b'serial="009033010203 "', id="serial"),
]
INFORMATION = [
    pytest.param(b' v="1"', b' v="1" x="1"', id="attribute unknown"),
    pytest.param(b"<license ", b"<x/><license ", id="element unknown"),
    pytest.param(b"<license ", b'<license xmlns="urn:x" ', id="namespace unknown"),
    pytest.param(b"<license ", b"text<license ", id="text between"),
    pytest.param(b"</license>", b"text</license>", id="text inside"),
    pytest.param(b"</license>", b"<x/></license>", id="element inside"),
    pytest.param(b'count="20"', b'count="-20"', id="negative"),
    pytest.param(b'count="20"', b'count="020"', id="leading zero"),
    pytest.param(b'count="20"', b'count="2e1"', id="exponent"),
    pytest.param(b'count="20"', b'count="99999999999999999999999999"', id="huge"),
    pytest.param(b'count="20"', 'count="\u0662\u0660"'.encode(), id="other digits"),
]


@each_kind
@pytest.mark.parametrize(("old", "new"), NEEDED)
def test_content_of_another_form_is_refused_even_if_signed(raw: bytes, verify: Verify, old: bytes, new: bytes) -> None:
    assert old in raw

    with pytest.raises(DocumentMalformed):
        verify(_signed_with(raw, old, new))


@pytest.mark.parametrize(("raw", "verify"), KINDS[:2])
@pytest.mark.parametrize(("old", "new"), INFORMATION)
def test_what_the_portal_signs_has_one_form(raw: bytes, verify: Verify, old: bytes, new: bytes) -> None:
    assert old in raw

    with pytest.raises(DocumentMalformed):
        verify(_signed_with(raw, old, new))


@pytest.mark.parametrize(("old", "new"), INFORMATION)
def test_what_a_device_adds_for_information_is_no_reason_to_refuse_it(old: bytes, new: bytes) -> None:
    assert old in BOX.return_document()

    verify_return(_signed_with(BOX.return_document(), old, new))


def _signed_with(raw: bytes, old: bytes, new: bytes) -> bytes:
    return _sign_again(raw.replace(old, new, 1), BOX.key if b"X509Data" in raw else LICENSE_KEY)


def test_a_document_signed_again_by_the_same_key_still_holds() -> None:
    verify_file(_sign_again(signed_file(), LICENSE_KEY))
    verify_return(_sign_again(BOX.return_document(), BOX.key))


def test_a_file_of_another_key_is_refused_whatever_key_it_names() -> None:
    forged = license_file.build(FILE, key_id=LICENSE_KEY_ID, sign=signer(STRANGER_KEY))
    stranger = license_file.build(FILE, key_id=key_id(STRANGER_KEY.public_key()), sign=signer(STRANGER_KEY))

    with pytest.raises(SignatureInvalid):
        verify_file(forged)
    with pytest.raises(SignatureInvalid, match="not a trusted one"):
        verify_file(stranger)


@pytest.mark.parametrize(
    ("raw", "verify"),
    [
        (signed_file(), verify_receipt),
        (signed_file(), verify_return),
        (signed_receipt(), verify_file),
        (signed_receipt(), verify_return),
        (BOX.return_document(), verify_file),
        (BOX.return_document(), verify_receipt),
    ],
)
def test_no_document_passes_for_another_kind(raw: bytes, verify: Verify) -> None:
    with pytest.raises(DocumentMalformed):
        verify(raw)


@pytest.mark.parametrize("verify", [verify_file, verify_receipt, verify_return])
def test_ten_megabytes_are_refused(verify: Verify) -> None:
    with pytest.raises(DocumentTooBig):
        verify(b"<a>" + b" " * 10 * 1024 * 1024 + b"</a>")


@each_kind
@given(data=st.data())
def test_no_single_changed_byte_is_anything_but_refused_or_harmless(
    raw: bytes, verify: Verify, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([data.draw(st.integers(0, 255))]) + raw[place + 1 :]

    with suppress(DocumentRefused):
        verify(changed)


@given(data=st.data())
def test_a_certificate_with_any_changed_byte_is_refused(data: st.DataObject) -> None:
    raw = BOX.return_document()
    start, end = raw.index(b"<ds:X509Certificate>") + 20, raw.index(b"</ds:X509Certificate>")
    der = bytearray(base64.b64decode(raw[start:end]))
    der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(DocumentRefused):
        verify_return(raw[:start] + base64.b64encode(der) + raw[end:])


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_is_sent_is_refused_in_an_orderly_way(raw: bytes) -> None:
    for verify in (verify_file, verify_receipt, verify_return):
        with pytest.raises(DocumentRefused):
            verify(raw)


def _signature(raw: bytes) -> bytes:
    return raw[raw.index(b"<ds:Signature ") : raw.index(b"</ds:Signature>") + len(b"</ds:Signature>")]


def _sign_again(raw: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The document with a new signature over whatever it says now, made by other code than the one under test."""
    root = etree.fromstring(raw)
    signature = root[-1]
    root.remove(signature)
    digest = hashlib.sha256(etree.tostring(root, method="c14n", exclusive=True)).digest()
    root.append(signature)
    digest_value = signature.find(f".//{{{DS}}}DigestValue")
    assert digest_value is not None
    digest_value.text = base64.b64encode(digest).decode()
    signed_info = etree.tostring(signature[0], method="c14n", exclusive=True)
    r, s = decode_dss_signature(key.sign(signed_info, ec.ECDSA(hashes.SHA256())))
    signature[1].text = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return etree.tostring(root)


def _xmlsec1(folder: Path, raw: bytes, *options: str) -> int:
    document = folder / "document.xml"
    document.write_bytes(raw)
    done = subprocess.run(["xmlsec1", "--verify", *options, str(document)], capture_output=True, check=False)
    return done.returncode
