"""Names of announcements and of their files."""

import pytest

from audio.domain.formats import FORMATS, USUAL, formats_of
from audio.domain.names import announcement_name, file_names
from audio.domain.refusals import AudioRefused


@pytest.mark.parametrize("name", ["", "a b", "ä", "a/b", "..", 'a"b', "a\n", "a" * 65, "con", "LPT1", "nul", "٣"])
def test_a_name_that_a_box_or_a_file_system_chokes_on_is_refused(name: str) -> None:
    with pytest.raises(AudioRefused, match="name_invalid"):
        announcement_name(name)


@pytest.mark.parametrize("name", ["a", "Busy_1-de", "a" * 64, "console"])
def test_plain_names_stay_as_they_are(name: str) -> None:
    assert announcement_name(name) == name


def test_files_are_called_as_the_box_wants_them() -> None:
    assert file_names("busy", formats_of(USUAL)) == {code: f"busy.{code}" for code in USUAL}


def test_all_files_of_one_conversion_have_names_of_their_own() -> None:
    names = file_names("busy", tuple(FORMATS.values()))
    assert len(set(names.values())) == len(FORMATS)
    assert names["g726-32le"] == "busy-g726-32le.g726"


def test_a_format_that_is_asked_for_twice_is_made_once() -> None:
    assert [made.code for made in formats_of(["g722", "g711a", "g722"])] == ["g722", "g711a"]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(AudioRefused, match="format_unknown"):
        formats_of(["g711a", "mp5"])
