"""What the files are called: names that boxes, zips, headers and every file system take."""

import re
from collections import Counter
from collections.abc import Sequence

from audio.domain.formats import Format
from audio.domain.refusals import AudioRefused

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
"""Windows opens a device where a file has one of these names, whatever its extension."""


def announcement_name(name: str) -> str:
    """The name of an announcement, as it is; raises AudioRefused."""
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise AudioRefused(
            "name_invalid", "A name has 1 to 64 letters, digits, - and _, and is no device of Windows, such as con."
        )
    return name


def file_names(name: str, formats: Sequence[Format]) -> dict[str, str]:
    """By format, `<name>.<extension>`; those that share an extension are told apart by their code."""
    shared = Counter(each.extension for each in formats)
    stems = {each.code: name if shared[each.extension] == 1 else f"{name}-{each.code}" for each in formats}
    return {each.code: f"{stems[each.code]}.{each.extension}" for each in formats}
