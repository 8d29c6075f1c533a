"""Which optional programs an installation has: API and workers are told the same."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from runtime.blobs.settings import BlobSettings


class ProgramSettings(BlobSettings):
    """`g729_program` makes G.729; `piper_program` speaks with the voices of the folder `piper_voices`."""

    g729_program: Path | None = None
    piper_program: Path | None = None
    piper_voices: Path | None = None

    @model_validator(mode="after")
    def _names_piper_with_its_voices(self) -> Self:
        if (self.piper_program is None) != (self.piper_voices is None):
            raise ValueError("piper_program and piper_voices belong together: both of them or none")
        return self
