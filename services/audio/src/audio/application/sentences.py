"""What is to be spoken: it lies beside the log as a recording does, and is gone with it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from audio.application.speaking import USUAL_WORDS_PER_MINUTE, WORDS_PER_MINUTE
from audio.domain.speech import MAX_TEXT

WordsPerMinute = Annotated[int, Field(ge=WORDS_PER_MINUTE.start, le=WORDS_PER_MINUTE.stop - 1)]


class Sentence(BaseModel):
    """A text, plain or in SSML, and who speaks it how fast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="Plain, or `<speak>` with SSML.")]
    voice: Annotated[str, Field(min_length=1, max_length=60, examples=["espeak-ng/de"])]
    words_per_minute: WordsPerMinute = USUAL_WORDS_PER_MINUTE
