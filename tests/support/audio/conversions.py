"""Conversions and batches, as tests over HTTP begin and read them."""

import io
import secrets
import zipfile
from typing import Any

from contracts.audio.conversions import ConvertedFile
from contracts.identifiers import command_id_of, derived_id
from tests.support.audio.at_work import AudioApi, anna
from tests.support.ledger.projector_at_work import until

ALL = "g711a,g722,g729,wav16"
"""A format of each kind, as a request names them."""


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP of these."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in members.items():
                made.writestr(name, content)
        return file.getvalue()


async def names_in(audio: AudioApi, batch: str) -> set[str]:
    """What the archive of a batch holds once it is done."""

    async def is_done() -> bool:
        return bool((await audio.asked(f"batches/{batch}"))["state"] == "done")

    await until(is_done)
    with zipfile.ZipFile(io.BytesIO((await audio.get(f"batches/{batch}/files")).content)) as made:
        return set(made.namelist())


def job_of(key: str) -> str:
    """The conversion that anna's request under this key becomes."""
    return derived_id(command_id_of(anna.company, key), "audio-conversion")


async def begun_by_another(audio: AudioApi, **asked: Any) -> str:
    """A conversion that a worker elsewhere has claimed."""
    key = secrets.token_hex(8)
    job = job_of(key)
    await audio.rows("INSERT INTO audio_private.claims VALUES ($1, 1, 'a worker', now() + interval '1 hour')", job)
    assert await audio.accepts(await audio.upload(key=key, **asked)) == job
    return job


async def shows(audio: AudioApi, job: str, state: str) -> bool:
    """Whether the conversion is in this state."""
    return bool((await audio.asked(f"conversions/{job}"))["state"] == state)


async def file_of(audio: AudioApi, job: str, code: str, as_: str = "") -> ConvertedFile:
    """What a worker said of a file, perhaps as one of another format."""
    (row,) = await audio.rows("SELECT file FROM audio.files WHERE job = $1 AND format = $2", job, code)
    file = ConvertedFile.from_json_bytes(row["file"].encode())
    return file.model_copy(update={"format": as_}) if as_ else file
