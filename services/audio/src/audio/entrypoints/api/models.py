"""What requests say."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from audio.application.sentences import Sentence, WordsPerMinute
from audio.application.speaking import USUAL_WORDS_PER_MINUTE
from audio.application.views import ConversionView
from audio.domain.formats import FORMATS
from audio.domain.options import Loudness
from contracts.audio.conversions import AnnouncementName, ConversionOptions
from contracts.audio.conversions import Loudness as SaidLoudness

CODES_PATTERN = r"^[a-z0-9-]{1,20}(,[a-z0-9-]{1,20}){0,19}$"
_FORMATS = "Codes of formats, separated by commas; without any, those that boxes use most."
_USUAL = Loudness()
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
"""No field of a JSON body is coerced; those of an address are text."""


class OptionsBody(BaseModel):
    """What is done to the recording before it is encoded; the defaults are what an announcement needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    even_loudness: Annotated[bool, Field(description="By EBU R128; false leaves loudness alone.")] = True
    loudness: Annotated[float, Field(ge=-36, le=-10, description="LUFS.")] = _USUAL.target
    true_peak: Annotated[float, Field(ge=-9, le=-1, description="dBTP that nothing exceeds.")] = _USUAL.true_peak
    trim_silence: Annotated[bool, Field(description="Cut silence off both ends.")] = True
    fade_milliseconds: Annotated[int, Field(ge=0, le=5000, description="At both ends.")] = 5
    pause_milliseconds: Annotated[int, Field(ge=0, le=30_000, description="Silence at the end, for loops.")] = 0
    downmix: Annotated[Literal["mix", "left", "right"], Field(description="All channels, or one of them alone.")] = (
        "mix"
    )

    def said(self) -> ConversionOptions:
        """As the log has them."""
        wanted = SaidLoudness(target=round(self.loudness * 100), true_peak=round(self.true_peak * 100))
        return ConversionOptions(
            loudness=wanted if self.even_loudness else None,
            trim_silence=self.trim_silence,
            fade_milliseconds=self.fade_milliseconds,
            pause_milliseconds=self.pause_milliseconds,
            downmix=self.downmix,
        )


class BatchQuery(OptionsBody):
    """The address of a batch. Sentences need somebody who speaks them."""

    voice: Annotated[str | None, Field(min_length=1, max_length=60, examples=["flite/slt"])] = None
    words_per_minute: WordsPerMinute = USUAL_WORDS_PER_MINUTE
    formats: Annotated[str | None, Field(pattern=CODES_PATTERN, description=_FORMATS, examples=["g711a,g722"])] = None


class UploadQuery(OptionsBody):
    """The address of an upload."""

    name: AnnouncementName
    formats: Annotated[str | None, Field(pattern=CODES_PATTERN, description=_FORMATS, examples=["g711a,g722"])] = None


Codes = Annotated[
    list[str] | None,
    Field(min_length=1, max_length=len(FORMATS), description="Codes of formats; absent, those that boxes use most."),
]


class RepeatBody(OptionsBody):
    """What to make of the same recording or sentence this time."""

    model_config = STRICT

    name: AnnouncementName
    formats: Codes = None


class AnnouncementBody(Sentence, OptionsBody):
    """A sentence, and what to make of it."""

    model_config = STRICT

    name: AnnouncementName
    formats: Codes = None


class BatchView(BaseModel):
    """What was asked for in one request; `done` once none of its conversions waits."""

    batch: str
    state: Literal["waiting", "done"]
    items: list[ConversionView]


class DeletedView(BaseModel):
    """A conversion that is gone with its files."""

    job: str


class FormatView(BaseModel):
    """A kind of file. `available` says whether this installation makes it."""

    code: str
    title: str
    extension: str
    rate: int
    bit_rate: int
    available: bool
    usual: bool
    made_by: str
    licence: str


class FormatsView(BaseModel):
    """All formats."""

    items: list[FormatView]


class VoiceView(BaseModel):
    """Somebody who speaks a language."""

    name: str
    language: str
    engine: str
    rate: int
    licence: str


class VoicesView(BaseModel):
    """All voices of this installation, by language."""

    items: list[VoiceView]
