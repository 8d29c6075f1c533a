"""Many recordings or sentences in one request: an archive or a table goes in, an archive of files comes out."""

from typing import Any

import pytest

from tests.support.audio.at_work import BEEP, AudioApi
from tests.support.audio.conversions import ALL, archive, names_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_archive_of_recordings_goes_in_and_one_of_files_comes_out(audio: AudioApi) -> None:
    """A wrong extension does no harm."""
    batch = await audio.batch(archive({"office/welcome.wav": BEEP, "Goodbye.mp3": BEEP, "__MACOSX/x": b""}), ALL)
    assert await names_in(audio, batch) == {
        f"{name}.{extension}" for name in ("welcome", "Goodbye") for extension in ("g711a", "g722", "g729", "wav")
    }


@pytest.mark.parametrize("voice", ["flite/slt", "piper/en_US-joe-medium"])
async def test_a_table_of_sentences_goes_in_and_an_archive_of_files_comes_out(audio: AudioApi, voice: str) -> None:
    table = "\ufeffname;sentence\r\nwelcome;Hello, and welcome.\r\nclosed;We are closed.\r\n".encode()
    batch = await audio.batch(table, "g711u", voice=voice)
    assert await names_in(audio, batch) == {"welcome.g711u", "closed.g711u"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK but no archive", "broken"),
        (b"name,sentence\n", "1 to 100"),
        (b"welcome,Hello\n", "first line"),
        ({"a.wav": BEEP, "b.wav": b"no sound"}, "'b.wav'"),
        ({"a.wav": BEEP, "x/A.mp3": BEEP}, "same name"),
        ({"../../etc/con.wav": BEEP}, "con.wav"),
        ({"bomb.wav": bytes(21 * 1024 * 1024)}, "'bomb.wav'"),
    ],
)
async def test_a_batch_is_taken_whole_or_not_at_all(audio: AudioApi, content: Any, told: str) -> None:
    before = await audio.rows("SELECT FROM audio_private.requests")
    sent = archive(content) if isinstance(content, dict) else content
    answer = await audio.send_batch(sent, "g711a", voice="flite/slt")
    assert (answer.status_code, answer.json()["code"]) == (422, "batch_invalid"), answer.text
    assert told in answer.json()["detail"]
    assert len(await audio.rows("SELECT FROM audio_private.requests")) == len(before)
