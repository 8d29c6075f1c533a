"""In which order files are made."""

import pytest

from audio.domain.formats import USUAL, formats_of, in_turn


@pytest.mark.parametrize(
    ("asked", "groups"),
    [
        (USUAL, ["g711a", "g723", "g711u g722 g729"]),
        (("g729", "wav16"), ["wav16", "g729"]),
        (("g723", "g729", "g722", "wav8"), ["g722", "g723", "wav8 g729"]),
        (("g729", "opus-wb", "g723"), ["g729", "opus-wb g723"]),
        (("g722",), ["g722"]),
        ((), []),
    ],
)
def test_a_quick_format_is_made_first_and_alone_then_what_takes_long_beside_the_others(
    asked: tuple[str, ...], groups: list[str]
) -> None:
    assert [" ".join(each.code for each in group) for group in in_turn(formats_of(asked))] == groups
