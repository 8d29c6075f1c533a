"""In which order files are made."""

import pytest

from audio.domain.formats import USUAL, formats_of, in_turn


@pytest.mark.parametrize(
    ("asked", "groups"),
    [
        (USUAL, ["g711a", "g711u g722", "g723 g729"]),
        (("g729", "wav16"), ["wav16", "g729"]),
        (("g729", "opus-wb", "g723"), ["g729", "opus-wb g723"]),
        (("g722",), ["g722"]),
        ((), []),
    ],
)
def test_a_quick_format_is_made_first_and_alone_then_the_quick_and_the_slow_ones(
    asked: tuple[str, ...], groups: list[str]
) -> None:
    assert [" ".join(each.code for each in group) for group in in_turn(formats_of(asked))] == groups
