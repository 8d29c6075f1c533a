"""Codes as mail, Word and PDF give them back."""

import pytest

from contracts.codes import activation_key
from contracts.codes.activation_key import KeyMalformed
from contracts.legacy import key_digest

KEY = "9YSX-N681-6Z69-CCSX"
PASTED = {
    "no-break space": KEY.replace("-", "\u00a0"),
    "narrow no-break space": KEY.replace("-", "\u202f"),
    "en dash": KEY.replace("-", "\u2013"),
    "em dash with blanks": KEY.replace("-", " \u2014 "),
    "no-break hyphen": KEY.replace("-", "\u2011"),
    "soft hyphen": KEY.replace("-", "\u00ad"),
    "minus": KEY.replace("-", "\u2212"),
    "zero width space": KEY.replace("-", "\u200b-"),
    "byte order mark": "\ufeff" + KEY,
    "fullwidth": "".join(chr(ord(symbol) + 0xFEE0) if symbol != "-" else "\uff0d" for symbol in KEY),
    "trailing newline": KEY + "\r\n",
    "line separator": KEY.replace("-", "\u2028", 1),
}


@pytest.mark.parametrize("typed", PASTED.values(), ids=PASTED)
def test_a_code_is_read_as_it_was_before_it_was_pasted(typed: str) -> None:
    assert activation_key.grouped(activation_key.normalise(typed)) == KEY
    assert key_digest(typed) == key_digest(KEY)


@pytest.mark.parametrize(("symbol", "place"), [("U", 3), ("\u00fc", 3), ("\u0131", 3), ("\u0417", 3), ("*", 3)])
def test_a_symbol_that_no_code_has_is_named_with_its_place(symbol: str, place: int) -> None:
    with pytest.raises(KeyMalformed, match="which is the character at place 3") as refused:
        activation_key.normalise(KEY[:2] + symbol + KEY[3:])

    assert symbol in str(refused.value)
