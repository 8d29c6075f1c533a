"""A document that was received gets the verdict of the general verifier, whatever somebody did to it on its way."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.documents.xml import DocumentRefused, Element, canonical, parse
from contracts.documents.xmldsig import Signed, signer, verify_enveloped, verify_received
from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from tests.support.documents import BOX, DEVICE_KEY

WRITTEN = BOX.return_document()
SIGNATURE = WRITTEN[WRITTEN.index(b"<ds:Signature ") : WRITTEN.rindex(b"</")]
SIGNED_INFO = canonical(parse(WRITTEN, max_bytes=MAX_RETURN_DOCUMENT_BYTES)[-1][0])

Edit = tuple[int, int, bytes]
"""So many bytes from there on are replaced by others."""
places = st.integers(min_value=0, max_value=len(WRITTEN))
others = st.sampled_from(
    [b"", b" ", b"\n", b"\t", b"<", b">", b"&#32;", b'"', b"'", b"=", b"A", b"0", b"<x/>", b"<!---->"]
)
edits = st.lists(st.tuples(places, st.integers(min_value=0, max_value=3), others), min_size=1, max_size=3)


def edited(document: bytes, changes: list[Edit]) -> bytes:
    for at, count, instead in changes:
        document = document[:at] + instead + document[at + count :]
    return document


def verdict(verify: Callable[[Element], Signed], raw: bytes) -> tuple[str, bytes]:
    """The code of the refusal, or what is signed."""
    try:
        signed = verify(parse(raw, max_bytes=MAX_RETURN_DOCUMENT_BYTES))
    except DocumentRefused as refused:
        return refused.code, b""
    return "", signed.canonical


def same_verdict(raw: bytes) -> tuple[str, bytes]:
    key = DEVICE_KEY.public_key()
    received = verdict(lambda root: verify_received(raw, root, key), raw)
    assert received == verdict(lambda root: verify_enveloped(root, key), raw)
    return received


def after_the_start(raw: bytes, more: bytes) -> bytes:
    """The same with something in front of the signature."""
    at = raw.index(b"<ds:Signature ")
    return raw[:at] + more + raw[at:]


@given(edits)
@example([(0, 0, b" ")])
@example([(WRITTEN.index(b" serial="), 0, b" ")])
@example([(WRITTEN.index(b'"'), 1, b"'")])
def test_a_document_that_was_changed_gets_the_same_verdict(changes: list[Edit]) -> None:
    same_verdict(edited(WRITTEN, changes))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (WRITTEN, ""),
        (b"<?xml version='1.0' encoding='UTF-8'?>\n" + WRITTEN + b"\n", ""),
        (WRITTEN.replace(b'"', b"'"), ""),
        (after_the_start(WRITTEN, b"\n"), "signature_invalid"),
        (after_the_start(WRITTEN, SIGNATURE), "document_malformed"),
        (WRITTEN.replace(b"11.00", b"11.01"), "signature_invalid"),
    ],
    ids=["as written", "declared", "other quotes", "white space inside", "two signatures", "another firmware"],
)
def test_verdicts_are_the_ones_that_are_meant(raw: bytes, code: str) -> None:
    assert same_verdict(raw)[0] == code


def test_what_was_signed_in_another_form_than_the_canonical_one_is_refused() -> None:
    """A device could sign the digest of bytes that no canonical form gives; other tools would not verify that."""
    digest, value = _between(b"DigestValue"), _between(b"SignatureValue")
    odd = WRITTEN.replace(b' v="1"', b"  v='1'")
    odd_digest = b64encode(sha256(odd.replace(SIGNATURE, b"")).digest())
    odd_value = b64encode(signer(DEVICE_KEY)(SIGNED_INFO.replace(digest, odd_digest)))
    assert same_verdict(odd.replace(digest, odd_digest).replace(value, odd_value))[0] == "signature_invalid"


def _between(name: bytes) -> bytes:
    return WRITTEN.split(b"<ds:" + name + b">")[1].split(b"<")[0]
