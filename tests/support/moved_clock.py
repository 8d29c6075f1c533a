"""A clock of one process that a test moves while it runs, as somebody who sets the machine's wrong does."""

from pathlib import Path

LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class MovedClock:
    """The wall clock of whoever runs in this environment; what counts seconds without a date goes on as it was."""

    def __init__(self, folder: Path, *, name: str = "clock", seconds: int = 0) -> None:
        self._file = folder / f"{name}.faketime"
        self.set(seconds)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """It is so far ahead from now on; behind, where negative."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._file)
