"""What a conversion has left: folders, processes and bytes, looked for from outside."""

from contextlib import suppress
from pathlib import Path

from tests.support.audio.at_work import AudioApi


def nobody_is_in(folder: Path) -> bool:
    """No process works below the folder."""
    found = list[str]()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found.append(str((process / "cwd").readlink()))
    return not any(one.startswith(str(folder)) for one in found)


def folders_in(work: Path) -> list[str]:
    """Folders of conversions, of workers that are alive."""
    return [each.name for each in work.glob("worker-*/*") if each.is_dir()]


async def bytes_of(audio: AudioApi, job: str) -> list[str]:
    """Where bytes lie for a conversion."""
    rows = await audio.rows("SELECT name FROM audio_private.blobs WHERE name LIKE $1", f"audio/{job}/%")
    return [str(row["name"]) for row in rows]
