"""Style, scripts and pictures, each under an address that changes with its content, so that browsers may keep it."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HTMX = "htmx.js"


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    media_type: str
    digest: str


class StaticFiles:
    """All of them, read once."""

    def __init__(self, htmx_file: Path) -> None:
        folder = files("portal.entrypoints.web") / "static"
        self._files = {entry.name: _read(entry.name, entry.read_bytes()) for entry in folder.iterdir()}
        self._files[HTMX] = _read(HTMX, htmx_file.read_bytes())

    def address(self, name: str) -> str:
        """Where a page finds it; KeyError for one that there is not."""
        return f"/static/{self._files[name].digest}/{name}"

    def find(self, digest: str, name: str) -> StaticFile | None:
        found = self._files.get(name)
        return found if found is not None and found.digest == digest else None


def _read(name: str, content: bytes) -> StaticFile:
    return StaticFile(content, TYPES[Path(name).suffix], hashlib.sha256(content).hexdigest()[:16])
