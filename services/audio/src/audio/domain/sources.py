"""What is known of a recording before it is decoded, and its bounds."""

from dataclasses import dataclass

from audio.domain.refusals import AudioRefused

MASTER_RATE = 16_000
"""Hz of the mono sound in between: no box plays more."""
NARROW_RATE = 8000
"""Hz of what narrowband coders take."""
MAX_SECONDS = 600
"""Of a recording: ten minutes. What a file says of its length is never believed; decoding stops here."""
MAX_CHANNELS = 8
"""7.1; more is no recording of an announcement."""
RATES = range(4000, 192_001)
"""Hz, from the worst telephone to the best microphone."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording, as its header says."""

    container: str
    codec: str
    rate: int
    channels: int

    @property
    def is_float(self) -> bool:
        return self.codec.startswith(("pcm_f32", "pcm_f64"))


def within_bounds(source: Source) -> Source:
    """The same; raises AudioRefused where channels or rate are none that announcements have."""
    if not 1 <= source.channels <= MAX_CHANNELS:
        raise AudioRefused("audio_undecodable", f"It has {source.channels} channels; 1 to {MAX_CHANNELS} are taken.")
    if source.rate not in RATES:
        raise AudioRefused(
            "audio_undecodable", f"It has {source.rate} samples/s; {RATES.start} to {RATES.stop - 1} are taken."
        )
    return source
