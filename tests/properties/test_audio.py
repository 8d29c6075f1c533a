"""Laws of the audio service that hold for any sound, name or file."""

import asyncio
import io
import zipfile
from array import array
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from audio.adapters.ffmpeg import Ffmpeg
from audio.application.conversion import Conversion
from audio.domain.batches import name_of, recordings_in, sentences_in
from audio.domain.containers import container_of
from audio.domain.formats import FORMATS
from audio.domain.g711 import compressed
from audio.domain.names import announcement_name, file_names
from audio.domain.options import Options
from audio.domain.refusals import AudioRefused
from audio.domain.speech import MAX_PARTS, Say, parts_of
from audio.domain.waveform import WINDOW_SAMPLES, peaks, shape_of, sounding, svg
from tests.support.audio.made import Made
from tests.support.laws import examples
from tests.support.recordings import ffmpeg, sine, wav

samples = st.lists(st.floats(-1, 1, width=32), max_size=WINDOW_SAMPLES * 5)


def _windows(sound: list[float]) -> "list[array[float]]":
    return [array("f", sound[at : at + WINDOW_SAMPLES]) for at in range(0, len(sound), WINDOW_SAMPLES)]


@given(samples)
def test_no_sound_is_lost_by_trimming(sound: list[float]) -> None:
    shape = shape_of(_windows(sound))
    kept = sounding(shape)
    assert 0 <= kept.start <= kept.end <= shape.samples == len(sound)
    loud = [at for at, sample in enumerate(sound) if abs(sample) > 0.01]
    assert all(kept.start <= at < kept.end for at in loud)


@given(samples, st.integers(1, 900))
def test_peaks_are_the_peaks_of_the_sound(sound: list[float], count: int) -> None:
    shape = shape_of(_windows(sound))
    pairs = peaks(shape, count)
    assert len(pairs) <= count
    assert max((max(-low, high) for low, high in pairs), default=0.0) == max(map(abs, sound), default=0.0)
    assert svg(pairs).startswith("<svg ")


@given(st.lists(st.integers(-32768, 32767)))
def test_g711_has_a_byte_for_each_sample_and_knows_its_sign(sound: list[int]) -> None:
    for law in ("alaw", "mulaw"):
        made = compressed(array("h", sound), law)
        assert [byte & 0x80 != 0 for byte in made] == [sample >= 0 for sample in sound]


@given(st.binary(max_size=400))
def test_any_file_is_of_a_known_kind_or_refused(data: bytes) -> None:
    with suppress(AudioRefused):
        container_of(io.BytesIO(data))


@given(st.text(max_size=80))
def test_a_name_that_is_taken_stays_in_its_folder_zip_and_header(name: str) -> None:
    with suppress(AudioRefused):
        made = file_names(announcement_name(name), tuple(FORMATS.values())).values()
        assert all(file.isascii() and not set(file) & set("/\\\"'\r\n; ") and file[0] != "." for file in made)


@given(st.text(max_size=300) | st.text("<>/=speakbr '\"ms1", max_size=80).map("<speak>{}</speak>".format))
def test_any_text_becomes_lines_to_say_or_is_refused(text: str) -> None:
    with suppress(AudioRefused):
        parts = parts_of(text)
        said = [part.text for part in parts if isinstance(part, Say)]
        assert 0 < len(parts) <= MAX_PARTS
        assert all(line.isprintable() and line.strip() for line in said)


@given(st.binary(max_size=300) | st.text(max_size=200).map("name,sentence\n{}".format).map(str.encode))
def test_any_table_has_names_and_sentences_or_is_refused(table: bytes) -> None:
    with suppress(AudioRefused):
        for name, _ in sentences_in(table):
            announcement_name(name)


@given(
    # Python's zipfile cuts a name at NUL, and writes none that is empty then.
    st.dictionaries(
        st.text(min_size=1, max_size=20).filter(lambda name: name[0] != "\0"), st.binary(max_size=60), max_size=4
    ),
    st.integers(0, 500),
)
def test_any_archive_has_recordings_or_is_refused(members: dict[str, bytes], cut: int) -> None:
    """Also one that is broken somewhere."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    whole = archive.getvalue()
    for sent in (whole, whole[:cut], whole[:cut] + b"\xff" + whole[cut + 1 :]):
        with suppress(AudioRefused):
            for member in recordings_in(io.BytesIO(sent), io.BytesIO()):
                announcement_name(name_of(member))


@settings(max_examples=examples(2), deadline=None)
@given(
    st.sampled_from(("wav", "flac", "ogg", "mp3")),
    st.lists(st.tuples(st.integers(0, 8000), st.binary(max_size=4)), max_size=5),
)
def test_a_recording_that_is_damaged_anywhere_is_converted_or_refused(
    kind: str, damage: list[tuple[int, bytes]]
) -> None:
    data = bytearray(_recording(kind))
    for at, change in damage:
        data[at : at + len(change)] = change
    with TemporaryDirectory() as name:
        recording = Path(name) / "recording"
        recording.write_bytes(data)
        made = Made()
        converting = Conversion(Ffmpeg(), Path(name)).convert(
            recording, name="x", formats=[FORMATS["g711a"]], options=Options(loudness=None), ready=made.ready
        )
        with suppress(AudioRefused):
            done = asyncio.run(converting)
            assert [file.size for file in made.files] == [round(done.seconds_made * 8000)]


@cache
def _recording(kind: str) -> bytes:
    with TemporaryDirectory() as name:
        (Path(name) / "tone.wav").write_bytes(wav(sine(440, 0.5, 8000), 8000))
        ffmpeg(Path(name), "-v", "error", "-i", "tone.wav", "-f", kind, "tone")
        return (Path(name) / "tone").read_bytes()
