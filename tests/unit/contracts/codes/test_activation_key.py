import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.codes import activation_key
from contracts.codes.activation_key import ALPHABET, KeyMalformed

SECRET = b"s" * 32
command_ids = st.binary(min_size=32, max_size=32).map(bytes.hex)
keys = command_ids.map(lambda command_id: activation_key.make(SECRET, command_id))


def test_a_key_is_the_same_for_the_same_command_for_ever() -> None:
    assert activation_key.make(SECRET, "ab" * 32) == "9YSX-N681-6Z69-CCSX"


def test_another_secret_or_command_makes_another_key() -> None:
    made = {
        activation_key.make(SECRET, "ab" * 32),
        activation_key.make(SECRET, "ac" * 32),
        activation_key.make(b"t" * 32, "ab" * 32),
    }
    assert len(made) == 3


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        activation_key.make(b"short", "ab" * 32)


@given(keys)
def test_a_key_is_read_back_whatever_its_case_blanks_hyphens_and_lookalikes(key: str) -> None:
    typed = f"  {key.lower().replace('-', ' - ').replace('0', 'o').replace('1', 'l')} "

    assert activation_key.grouped(activation_key.normalise(typed)) == key


@given(keys, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_found(key: str, place: int, symbol: str) -> None:
    symbols = activation_key.normalise(key)
    assume(symbols[place] != symbol)

    with pytest.raises(KeyMalformed, match="check symbol"):
        activation_key.normalise(symbols[:place] + symbol + symbols[place + 1 :])


@given(keys, st.integers(0, 15), st.integers(0, 15))
def test_two_symbols_that_changed_places_are_always_found(key: str, one: int, other: int) -> None:
    symbols = list(activation_key.normalise(key))
    assume(symbols[one] != symbols[other])
    symbols[one], symbols[other] = symbols[other], symbols[one]

    with pytest.raises(KeyMalformed, match="check symbol"):
        activation_key.normalise("".join(symbols))


@pytest.mark.parametrize(
    "typed", ["", "-", "Y8X4", "Y8X4-AX5H-2DW4-VC6R-0", "U" * 16, "\u017f" * 16, "0" * 65, "\x00" * 16]
)
def test_what_cannot_be_a_key_is_refused(typed: str) -> None:
    with pytest.raises(KeyMalformed):
        activation_key.normalise(typed)


@given(keys)
def test_the_digest_does_not_tell_the_key(key: str) -> None:
    symbols = activation_key.normalise(key)

    assert len(activation_key.digest(symbols)) == 64
    assert activation_key.digest(symbols) != activation_key.digest(symbols[::-1])
