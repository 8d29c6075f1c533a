"""Why a recording or a sentence is not converted."""

from typing import Literal

RefusalCode = Literal[
    "audio_undecodable",
    "audio_too_long",
    "audio_too_big",
    "audio_silent_empty",
    "format_unknown",
    "format_unavailable",
    "name_invalid",
    "text_invalid",
    "voice_unknown",
    "batch_invalid",
]


class AudioRefused(Exception):  # noqa: N818 - states the world
    """It can't be converted, and trying again changes nothing; `reason` says why to whoever asked."""

    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code: RefusalCode = code
        self.reason = reason
