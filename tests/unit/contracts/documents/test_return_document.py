import base64
from collections.abc import Mapping, Sequence

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from contracts.actors import Device
from contracts.documents import return_document
from contracts.documents.device_certificate import (
    Authorities,
    factory_certificate,
    fingerprint,
    generation_certificate,
    make_authority,
)
from contracts.documents.return_document import StatedLicense, verify_return
from contracts.documents.xml import DocumentMalformed, DocumentRefused, make_root
from contracts.documents.xmldsig import SignatureInvalid, certificate_info, sign_enveloped, signer
from contracts.fields import MAX_COMMAND_BYTES
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
    other_writings,
    second_generation,
)

DEVICE = Device(serial=SERIAL, certificate_sha256=fingerprint(BOX.certificate))


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
    first = verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW)
    others = [verify_return(raw, trusted=TRUSTED, now=NOW) for raw in other_writings(BOX.return_document())]

    assert {other.digest for other in others} == {first.digest}
    assert len({one.command_id(DEVICE) for one in (first, *others)}) == 4


def test_another_nonce_makes_another_digest() -> None:
    other = BOX.return_document(nonce="f" * 32)

    assert (
        verify_return(other, trusted=TRUSTED, now=NOW).digest
        != verify_return(BOX.return_document(), trusted=TRUSTED, now=NOW).digest
    )


@pytest.mark.parametrize("firmware", ["7.02", "5", "07.9", "7r2", "v7 beta"])
def test_a_firmware_before_version_8_cannot_return(firmware: str) -> None:
    assert _code(BOX.return_document(firmware=firmware)) == "firmware_too_old"


@pytest.mark.parametrize(
    ("written", "firmware", "stated"),
    [
        ("11.00", "11.00", None),
        ("13r3", "13", "13r3"),
        ("13r3 sr21", "13", "13r3 sr21"),
        ("14r1 beta2", "14", "14r1 beta2"),
        ("13.00-hotfix", "13", "13.00-hotfix"),
        ("V13", "13", "V13"),
        ("1300", "0", "1300"),
        ("beta", "0", "beta"),
        ("", "0", ""),
        ("13\u2028\t\u00fc", "13", "13\ufffd\ufffd\u00fc"),
        ("x" * 80, "0", "x" * 64),
    ],
)
def test_a_firmware_that_names_its_version_otherwise_returns_and_is_flagged(
    written: str, firmware: str, stated: str | None
) -> None:
    document = verify_return(_written({"firmware": written}), trusted=TRUSTED, now=NOW)

    assert (document.command().firmware, document.command().firmware_stated) == (firmware, stated)


@pytest.mark.parametrize("created", ["2026-11-24T10:00:00+01:00", "2026-11-24T10:00:00.123Z", "", "y" * 30_000])
def test_when_a_document_was_made_is_taken_as_it_is_written(created: str) -> None:
    document = verify_return(_written({"created": created}), trusted=TRUSTED, now=NOW)

    assert document.statement.created == created[:80]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ({"type": "Port 11", "count": "20"}, ("Port?11", 20)),
        ({"type": "T\u00fcrsprech", "count": "2", "version": "\u00e4"}, ("T?rsprech?", 2)),
        ({"type": "Port", "count": "viele"}, ("Port", 0)),
        ({"count": "3"}, ("", 3)),
        ({"type": "\\" * 29_000, "count": "9" * 10}, ("?" * 40, 0)),
    ],
)
def test_a_license_line_is_information_however_it_is_labelled(line: dict[str, str], stated: tuple[str, int]) -> None:
    document = verify_return(_written(lines=[line]), trusted=TRUSTED, now=NOW)

    assert document.stated == (stated,)
    assert len(document.command().json_bytes()) < MAX_COMMAND_BYTES


def test_more_lines_than_a_command_has_room_for_are_cut() -> None:
    document = verify_return(_written(lines=[{"type": "A", "count": "1"}] * 300), trusted=TRUSTED, now=NOW)

    assert len(document.command().stated) == 200


def test_hex_digits_in_capitals_name_the_same_device_and_certificate() -> None:
    capitals = {"serial": SERIAL.upper(), "certificate-sha256": fingerprint(BOX.certificate).upper()}

    assert verify_return(_written(capitals), trusted=TRUSTED, now=NOW).statement == BOX.statement(licenses=())


@pytest.mark.parametrize("changes", [{"serial": "4711"}, {"generation": "one"}, {"certificate-sha256": "00"}])
def test_what_a_rule_needs_is_asked_for_in_words(changes: dict[str, str]) -> None:
    (name, value), *_ = changes.items()
    with pytest.raises(DocumentMalformed, match=f"names no {name} that can be: {value}"):
        verify_return(_written(changes), trusted=TRUSTED, now=NOW)


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


def _written(said: Mapping[str, str] | None = None, lines: Sequence[dict[str, str]] = ()) -> bytes:
    """A return document with attributes as some firmware may write them, signed by the box."""
    head = {
        "v": "1",
        "serial": SERIAL,
        "generation": "1",
        "certificate-sha256": fingerprint(BOX.certificate),
        "created": BOX.statement().created,
        "nonce": BOX.statement().nonce,
        "firmware": "11.00",
    }
    root = make_root(f"{{{return_document.NAMESPACE}}}license-return", {**head, **(said or {})})
    for line in lines:
        etree.SubElement(root, f"{{{return_document.NAMESPACE}}}license", line)
    return sign_enveloped(root, signer(DEVICE_KEY), certificate_info(BOX.certificate))


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
