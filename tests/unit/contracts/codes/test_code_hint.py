from collections import Counter

from hypothesis import given
from hypothesis.strategies import integers

from contracts.codes import activation_key, claim_code, invitation_code
from contracts.codes.code_hint import hint_of

KEYS = [activation_key.make(b"s" * 32, f"{number:064x}") for number in range(2_000)]


def test_a_hint_is_four_symbols_and_always_the_same() -> None:
    assert hint_of("ab" * 32) == "RGP3"


@given(integers(0, 2**256 - 1))
def test_it_looks_as_the_log_wants_it(number: int) -> None:
    hint = hint_of(f"{number:064x}")
    assert len(hint) == 4
    assert set(hint) <= set(activation_key.ALPHABET)


def test_it_shares_no_more_with_the_code_than_chance_makes_it() -> None:
    """Of 2,000 codes some 62 have a given symbol at a given place by chance."""
    symbols = [key.replace("-", "") for key in KEYS]
    for kind in (activation_key, claim_code, invitation_code):
        hints = [hint_of(kind.digest(one)) for one in symbols]
        same = Counter(
            (at, place)
            for one, hint in zip(symbols, hints, strict=True)
            for at in range(16)
            for place in range(4)
            if one[at] == hint[place]
        )
        assert max(same.values()) < 120
        assert len(set(hints)) > 1_950
