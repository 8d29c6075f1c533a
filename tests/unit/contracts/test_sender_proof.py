"""A sealed key is read by the writer alone, and its MACs bind exactly what they are made of."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts import sender_proof
from contracts.outcomes import Accepted, Rejected
from contracts.sender_proof import MAX_SEALED_CHARACTERS, MAX_TOKEN_BYTES, SealBroken, command_mac, seal, unseal

WRITER, OTHER = X25519PrivateKey.generate(), X25519PrivateKey.generate()
ASKED = {"ledger": 0, "command_id": "a" * 64, "fingerprint": "b" * 64, "reply_to": "ledger-api-1"}
KEY = b"k" * 32
ACCEPTED = Accepted(command_id="a" * 64, command_hash="b" * 64, reply_to="ledger-api-1", ledger=0, sequence=7)
REJECTED = Rejected(
    command_id="a" * 64, command_hash="b" * 64, reply_to="ledger-api-1", ledger=0, code="no_right", details={"n": 1}
)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200))
def test_what_is_sealed_comes_out_as_it_went_in(token: str) -> None:
    sealed = seal(WRITER.public_key(), token)
    opened = unseal(sealed.sealed, [OTHER, WRITER])
    assert (opened.key, opened.token) == (sealed.key, token)


def test_the_longest_token_fits_and_a_longer_one_is_refused() -> None:
    assert len(seal(WRITER.public_key(), "t" * MAX_TOKEN_BYTES).sealed) <= MAX_SEALED_CHARACTERS
    for token in ("t" * (MAX_TOKEN_BYTES + 1), "tökén"):
        with pytest.raises(ValueError, match="at most 4096 ASCII characters"):
            seal(WRITER.public_key(), token)


def test_two_seals_of_one_token_have_nothing_in_common() -> None:
    one, other = seal(WRITER.public_key(), "token"), seal(WRITER.public_key(), "token")
    assert one.key != other.key
    assert one.sealed[:40] != other.sealed[:40]


def test_a_seal_that_was_changed_or_is_for_another_is_broken() -> None:
    sealed = seal(WRITER.public_key(), "token").sealed
    for changed in (sealed[:-8], "AAAA" + sealed[4:], "!", ""):
        with pytest.raises(SealBroken):
            unseal(changed, [WRITER])
    with pytest.raises(SealBroken):
        unseal(sealed, [OTHER])


@pytest.mark.parametrize("name", ASKED)
def test_each_part_of_a_command_is_bound(name: str) -> None:
    changed = ASKED | {name: 1 if name == "ledger" else "c" * 64}
    assert command_mac(KEY, **ASKED) != command_mac(KEY, **changed)  # type: ignore[arg-type]
    assert command_mac(KEY, **ASKED) != command_mac(b"o" * 32, **ASKED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (ACCEPTED, {"command_id": "c" * 64, "command_hash": "c" * 64, "ledger": 1, "sequence": 8, "repeated": True}),
        (REJECTED, {"command_id": "c" * 64, "code": "test_unknown", "details": {"n": 2}, "entries": (3,), "ledger": 1}),
    ],
    ids=["accepted", "rejected"],
)
def test_each_part_of_an_outcome_is_bound(outcome: Accepted | Rejected, changes: dict[str, object]) -> None:
    said = outcome.model_copy(update={"mac": sender_proof.outcome_mac(KEY, outcome.said())})
    assert said.is_of_writer(KEY)
    assert not said.is_of_writer(b"o" * 32)
    assert not outcome.is_of_writer(KEY), "without a MAC nobody has said it"
    for name, value in changes.items():
        assert not said.model_copy(update={name: value}).is_of_writer(KEY), name
