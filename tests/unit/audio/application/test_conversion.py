"""One recording, many files: each is told of once, as soon as it is made, and what goes wrong ends all of it."""

from pathlib import Path

import pytest

from audio.adapters import installation
from audio.application.conversion import Conversion, MadeFile
from audio.domain.formats import formats_of
from audio.domain.options import Options
from dev.stack.settings import G729_PROGRAM
from runtime.trouble import Trouble
from tests.support.audio.made import Made
from tests.support.recordings import sine, wav

ASKED = ("g729", "g723", "g722", "g726-40", "g711a")


async def test_each_file_lies_there_when_it_is_told_of_the_quick_ones_before_the_last_slow_one(tmp_path: Path) -> None:
    made = await _converted(tmp_path, Made())
    told = [file.format.code for file in made.files]
    assert (told[0], sorted(told)) == ("g722", sorted(ASKED))
    assert {file.format.code: (file.size, file.heard.exists()) for file in made.files} == {
        "g711a": (8000, True),
        "g722": (8000, True),
        "g723": (816, True),
        "g726-40": (5000, True),
        "g729": (1000, True),
    }


async def test_what_goes_wrong_beside_other_work_is_raised_as_it_is(tmp_path: Path) -> None:
    class Away(Made):
        async def ready(self, file: MadeFile) -> None:
            raise Trouble(f"the log is away for {file.format.code}")

    with pytest.raises(Trouble, match="the log is away"):
        await _converted(tmp_path, Away())


async def _converted(folder: Path, made: Made) -> Made:
    (folder / "recording").write_bytes(wav(sine(440, 1, 8000), 8000))
    await Conversion(installation.transcoder(G729_PROGRAM), folder).convert(
        folder / "recording", name="beep", formats=formats_of(ASKED), options=Options(), ready=made.ready
    )
    return made
