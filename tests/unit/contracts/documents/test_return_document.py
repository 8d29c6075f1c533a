import base64

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import return_document
from contracts.documents.device_certificate import (
    Authorities,
    factory_certificate,
    generation_certificate,
    make_authority,
)
from contracts.documents.return_document import StatedLicense, verify_return
from contracts.documents.xml import DocumentRefused
from contracts.documents.xmldsig import SignatureInvalid, signer
from tests.support.documents import (
    BOX,
    DEVICE_CA,
    DEVICE_CA_KEY,
    DEVICE_KEY,
    GENERATION_CA,
    GENERATION_CA_KEY,
    NOW,
    OTHER_SERIAL,
    SERIAL,
    STRANGER_KEY,
    TRUSTED,
    Box,
    factory,
    second_generation,
)

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_a_return_says_device_generation_and_what_the_device_believes_it_had() -> None:
    document = verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW)

    assert (document.serial, document.generation) == (SERIAL, 1)
    assert document.stated == (("Port11", 20),)
    assert document.statement == BOX.statement()


def test_the_command_of_a_return_carries_the_whole_document() -> None:
    document = verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW)
    command = document.command()

    assert (command.serial, command.generation, command.document_digest) == (SERIAL, 1, document.digest)
    assert (command.firmware, command.stated) == (document.statement.firmware, document.stated)
    assert command.certificate_sha256 == document.statement.certificate_sha256
    assert base64.b64decode(command.document) == document.raw


def test_a_second_generation_returns_with_its_own_certificate() -> None:
    box = Box(second_generation(), generation=2)

    assert verify_return(box.return_document(), trusted=TRUSTED, now=NOW).generation == 2


def test_a_return_may_name_no_license_at_all() -> None:
    assert verify_return(BOX.return_document(licenses=()), trusted=TRUSTED, now=NOW).stated == ()


def test_the_digest_is_that_of_the_content_and_not_of_a_signature_over_it() -> None:
    again = return_document.build(BOX.statement(), certificate=BOX.certificate, sign=_another_signature)
    first = verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW)
    second = verify_return(again + b"\n", trusted=TRUSTED, now=NOW)

    assert again != BOX.return_document()
    assert first.digest == second.digest


def test_another_nonce_makes_another_digest() -> None:
    other = BOX.return_document(nonce="f" * 32)

    assert (
        verify_return(other, trusted=TRUSTED, now=NOW).digest
        != verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW).digest
    )


@pytest.mark.parametrize("firmware", ["7.02", "5", "07.9"])
def test_a_firmware_before_version_8_cannot_return(firmware: str) -> None:
    assert _code(BOX.return_document(firmware=firmware)) == "firmware_too_old"


def test_a_self_made_certificate_is_refused() -> None:
    self_made = Box(_self_made())

    assert _code(self_made.return_document()) == "certificate_not_vendor_signed"


def test_a_certificate_of_an_authority_that_we_do_not_trust_is_refused() -> None:
    assert _code(BOX.return_document(), trusted=Authorities((), (GENERATION_CA,))) == "certificate_not_vendor_signed"


def test_a_generation_that_the_factory_signed_is_refused() -> None:
    box = Box(_second_generation_of_the_factory(), generation=2)

    assert _code(box.return_document()) == "certificate_not_vendor_signed"


def test_a_factory_certificate_that_the_signer_signed_is_refused() -> None:
    box = Box(_factory_certificate_of_the_signer())

    assert _code(box.return_document()) == "certificate_not_vendor_signed"


def test_the_authority_itself_is_no_device() -> None:
    box = Box(DEVICE_CA, key=DEVICE_CA_KEY)

    assert _code(box.return_document()) == "certificate_not_vendor_signed"


def test_a_document_signed_with_another_key_than_the_certificates_is_refused() -> None:
    forged = Box(factory(), key=STRANGER_KEY)

    assert _code(forged.return_document()) == "signature_invalid"


def test_a_document_that_names_another_device_than_its_certificate_is_refused() -> None:
    assert _code(BOX.return_document(serial=OTHER_SERIAL)) == "signature_invalid"


def test_a_document_that_names_another_generation_than_its_certificate_is_refused() -> None:
    assert _code(BOX.return_document(generation=2)) == "signature_invalid"


def test_a_document_that_names_another_certificate_is_refused() -> None:
    assert _code(BOX.return_document(certificate_sha256="00" * 32)) == "signature_invalid"


def test_a_document_of_one_device_sent_for_another_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW, serial=OTHER_SERIAL)


def test_a_document_of_more_than_32_kib_is_refused() -> None:
    lines = tuple(StatedLicense(license_type="X" * 40, version="1" * 12, count=999_999_999) for _ in range(200))

    assert _code(BOX.return_document(licenses=lines) + b" " * 16_000) == "document_too_big"


def test_a_certificate_that_can_not_be_decoded_is_malformed() -> None:
    raw = BOX.return_document()
    start = raw.index(b"<ds:X509Certificate>") + 20

    assert _code(raw[:start] + b"AAAA" + raw[raw.index(b"</ds:X509Certificate>") :]) == "document_malformed"


stated = st.builds(
    StatedLicense,
    license_type=st.from_regex(r"[A-Za-z0-9*<>&'\"-]{1,40}", fullmatch=True),
    count=st.integers(0, 999_999_999),
    version=st.none() | st.from_regex(r"[0-9A-Za-z.]{1,12}", fullmatch=True),
)


@given(st.lists(stated, max_size=20))
def test_whatever_a_device_states_comes_out_as_it_went_in(licenses: list[StatedLicense]) -> None:
    raw = BOX.return_document(licenses=tuple(licenses))

    assert verify_return(raw, trusted=TRUSTED, now=NOW).statement.licenses == tuple(licenses)


@given(st.data())
def test_no_single_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    raw = bytearray(BOX.return_document())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))

    try:
        document = verify_return(bytes(raw), trusted=TRUSTED, now=NOW)
    except DocumentRefused:
        return
    assert document.statement == BOX.statement()


def _code(raw: bytes, trusted: Authorities = TRUSTED) -> str:
    with pytest.raises(DocumentRefused) as refused:
        verify_return(raw, trusted=trusted, now=NOW)
    return refused.value.code


def _second_generation_of_the_factory() -> x509.Certificate:
    key = DEVICE_KEY.public_key()
    return generation_certificate(DEVICE_CA, DEVICE_CA_KEY, serial=SERIAL, generation=2, public_key=key, not_before=NOW)


def _factory_certificate_of_the_signer() -> x509.Certificate:
    key = DEVICE_KEY.public_key()
    return factory_certificate(GENERATION_CA, GENERATION_CA_KEY, serial=SERIAL, public_key=key, not_before=NOW)


def _self_made() -> x509.Certificate:
    """What a box that was upgraded from version 6 has: signed with its own key."""
    issuer = make_authority(DEVICE_KEY, SERIAL, not_before=NOW)
    return factory_certificate(issuer, DEVICE_KEY, serial=SERIAL, public_key=DEVICE_KEY.public_key(), not_before=NOW)


def _another_signature(data: bytes) -> bytes:
    """The other signature that everybody can make of a given one: n - s."""
    signature = signer(DEVICE_KEY)(data)
    s = P256_ORDER - int.from_bytes(signature[32:], "big")
    return signature[:32] + s.to_bytes(32, "big")
