"""The part of SSML that is taken, and what is refused."""

import pytest

from audio.domain.refusals import AudioRefused
from audio.domain.speech import MAX_TEXT, Pause, Say, parts_of


def test_plain_text_is_said_as_it_is() -> None:
    assert parts_of("We are  closed.\n") == [Say("We are closed.")]


def test_a_break_is_a_pause_of_its_own_length() -> None:
    assert parts_of('<speak>One<break time="1.5s"/>two<break strength="weak"/></speak>') == [
        Say("One"),
        Pause(1500),
        Say("two"),
        Pause(200),
    ]


def test_spelling_puts_commas_between() -> None:
    assert parts_of('<speak>Code <say-as interpret-as="characters">AB1</say-as> now</speak>') == [
        Say("Code A, B, 1 now")
    ]


def test_the_name_space_of_ssml_is_taken() -> None:
    assert parts_of('<speak xmlns="http://www.w3.org/2001/10/synthesis"><s>Hi</s></speak>') == [Say("Hi"), Pause(400)]


def test_no_text_becomes_phonemes_or_controls_of_an_engine() -> None:
    assert parts_of("A [[b@]] \x00\x1b c") == [Say("A b@ c")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\x00 ",
        "<speak/>",
        "<speak>open",
        '<speak><audio src="http://127.0.0.1/"/>a</speak>',
        '<speak>a<break time="11s"/></speak>',
        '<speak>a<break time="nans"/></speak>',
        '<speak>a<break time="-1s"/></speak>',
        '<speak>a<break strength="huge"/></speak>',
        '<speak>a<say-as interpret-as="date">1</say-as></speak>',
        '<speak><!DOCTYPE x [<!ENTITY e "boom">]>&e;</speak>',
        "<speak>&undefined;</speak>",
        "<speak>" + "a<break/>" * 60 + "</speak>",
        "a" * (MAX_TEXT + 1),
    ],
)
def test_what_is_unknown_empty_or_without_bounds_is_refused(text: str) -> None:
    with pytest.raises(AudioRefused, match="text_invalid"):
        parts_of(text)
