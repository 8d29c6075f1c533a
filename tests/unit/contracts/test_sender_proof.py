"""A sealed key is read by the writer alone, and its MACs bind exactly what they are made of."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from contracts.sender_proof import (
    MAC,
    MAX_TOKEN_BYTES,
    SEAL,
    SealBroken,
    command_mac,
    outcome_mac,
    seal,
    unseal,
)

WRITER, OTHER = X25519PrivateKey.generate(), X25519PrivateKey.generate()
KEY, VALUE = b"k" * 32, b'{"command_id": "a"}'


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200))
def test_what_is_sealed_comes_out_as_it_went_in(token: str) -> None:
    sealed = seal(WRITER.public_key(), token)
    opened = unseal(sealed.sealed, [OTHER, WRITER])
    assert (opened.key, opened.token) == (sealed.key, token)


def test_the_longest_token_fits_and_a_longer_one_is_refused() -> None:
    longest = "t" * MAX_TOKEN_BYTES
    assert unseal(seal(WRITER.public_key(), longest).sealed, [WRITER]).token == longest
    for token in (longest + "t", "tökén"):
        with pytest.raises(ValueError, match="at most 4096 ASCII characters"):
            seal(WRITER.public_key(), token)


def test_two_seals_of_one_token_have_nothing_in_common() -> None:
    one, other = seal(WRITER.public_key(), "token"), seal(WRITER.public_key(), "token")
    assert one.key != other.key
    assert one.sealed[:32] != other.sealed[:32]


def test_a_seal_that_was_changed_or_is_for_another_is_broken() -> None:
    sealed = seal(WRITER.public_key(), "token").sealed
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    too_long = suite.encrypt(KEY + b"t" * (MAX_TOKEN_BYTES + 1), WRITER.public_key(), b"licensing/sender-proof/v1")
    for changed in (sealed[:-8], b"AAAA" + sealed[4:], b"!", b"", too_long):
        with pytest.raises(SealBroken):
            unseal(changed, [WRITER])
    with pytest.raises(SealBroken):
        unseal(sealed, [OTHER])


def test_a_command_is_bound_to_its_ledger_and_to_each_byte_and_is_no_outcome() -> None:
    sealed = seal(WRITER.public_key())
    headers = dict(sealed.prove(0, VALUE))
    assert headers == {SEAL: sealed.sealed, MAC: command_mac(sealed.key, 0, VALUE)}
    others = [
        command_mac(KEY, 1, VALUE),
        command_mac(KEY, 0, VALUE + b" "),
        command_mac(b"o" * 32, 0, VALUE),
        outcome_mac(KEY, VALUE),
        outcome_mac(KEY, VALUE + b" "),
        outcome_mac(b"o" * 32, VALUE),
    ]
    assert len({command_mac(KEY, 0, VALUE), *others}) == 1 + len(others)
