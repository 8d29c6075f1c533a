"""G.711, byte by byte against the tables of ITU-T G.711, written out here from the recommendation."""

from pathlib import Path

import pytest

from audio.adapters.ffmpeg import Ffmpeg
from audio.application.ports import Coded
from audio.domain.formats import FORMATS
from audio.domain.g711 import Law, compressed
from tests.support.audio.made import master_of
from tests.support.recordings import wav_samples


def _alaw_to_linear(code: int) -> int:
    """Table 1a/G.711 in 16 bits; even bits are inverted on the line."""
    code ^= 0x55
    step, segment = code & 0x0F, (code & 0x70) >> 4
    value = (step * 2 + 1) * 8 if segment == 0 else (step * 2 + 33) * 8 << (segment - 1)
    return value if code & 0x80 else -value


def _mulaw_to_linear(code: int) -> int:
    """Table 2a/G.711 in 16 bits; all bits are inverted on the line."""
    code ^= 0xFF
    value = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return -value if code & 0x80 else value


TABLES = {"g711a": [_alaw_to_linear(code) for code in range(256)], "g711u": [_mulaw_to_linear(c) for c in range(256)]}


@pytest.mark.parametrize("code", ["g711a", "g711u"])
async def test_every_byte_is_heard_as_the_recommendation_says(code: str, transcoder: Ffmpeg, tmp_path: Path) -> None:
    coded, master = Coded(FORMATS[code], tmp_path / "all", tmp_path / "heard.wav"), tmp_path / "master"
    coded.file.write_bytes(bytes(range(256)))
    master.write_bytes(bytes(256 * 2 * 4))
    await transcoder.decode_back(master_of(master), [coded])
    assert list(wav_samples(tmp_path / "heard.wav")) == TABLES[code]


@pytest.mark.parametrize("code", ["g711a", "g711u"])
async def test_files_have_the_bytes_of_the_table_for_the_samples_of_the_wav(
    code: str, transcoder: Ffmpeg, spoken_master: Path
) -> None:
    made, folder = FORMATS[code], spoken_master.parent
    await transcoder.encode(master_of(spoken_master), {made: folder / code, FORMATS["wav8"]: folder / "g711.wav"})
    law: Law = "alaw" if code == "g711a" else "mulaw"
    assert (folder / code).read_bytes() == compressed(wav_samples(folder / "g711.wav"), law)
