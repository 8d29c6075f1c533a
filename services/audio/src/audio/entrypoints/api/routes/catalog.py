"""What this installation makes, and who speaks here."""

from fastapi import APIRouter

from audio.domain.formats import FORMATS, USUAL, Coder
from audio.entrypoints.api.dependencies import TheServices
from audio.entrypoints.api.models import FormatsView, FormatView, VoicesView, VoiceView

FFMPEG, OURS = ("ffmpeg", "GPL-2.0-or-later"), ("audio", "Apache-2.0")
BCG729, SPANDSP = ("libbcg729", "GPL-3.0-or-later"), ("libspandsp", "LGPL-2.1-only")
_MADE_BY: dict[Coder, tuple[str, str]] = {
    "alaw": OURS,
    "mulaw": OURS,
    "g726_40": SPANDSP,
    "g726_40le": SPANDSP,
    "g729": BCG729,
}

router = APIRouter(prefix="/v1/audio", tags=["catalog"])


@router.get("/formats")
async def list_formats(services: TheServices) -> FormatsView:
    """All formats, whether this installation makes them, and by which program or library under which licence."""
    return FormatsView(
        items=[
            FormatView(
                code=each.code,
                title=each.title,
                extension=each.extension,
                rate=each.rate,
                bit_rate=each.bit_rate,
                available=services.catalog.makes(each),
                usual=each.code in USUAL,
                made_by=_MADE_BY.get(each.coder, FFMPEG)[0],
                licence=_MADE_BY.get(each.coder, FFMPEG)[1],
            )
            for each in FORMATS.values()
        ]
    )


@router.get("/voices")
async def list_voices(services: TheServices) -> VoicesView:
    """Who speaks here, by language, each with the program that speaks and its licence."""
    voices = await services.catalog.voices()
    return VoicesView(
        items=[
            VoiceView(name=one.name, language=one.language, engine=one.engine, rate=one.rate, licence=one.licence)
            for one in voices
        ]
    )
