"""The slip that goes into the parcel: one printable page, by which the vendor's warehouse finds the case.

It says nothing of warranty or price: whoever reads it may be an end customer (rule F4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import HRFlowable, KeepInFrame, Paragraph, SimpleDocTemplate, Spacer

Paper = Literal["a4", "letter"]

PAPERS: dict[Paper, tuple[float, float]] = {"a4": A4, "letter": LETTER}
FONT_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
"""Debian's fonts-dejavu-core: Latin, Greek and Cyrillic names and addresses, where the PDF's own fonts have Latin-1."""
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MARGIN = 20 * mm
BAR_WIDTH = 0.38 * mm
"""The narrowest bar. A scanner reads it at arm's length, and the longest RMA id still fits the narrower paper."""
BAR_HEIGHT = 16 * mm
CODES_HEIGHT = 82 * mm
"""What the title and the two codes take of the page."""


class FontMissingError(Exception):
    """The fonts that the slip is set in are not installed."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed. Addresses and the list have one string a line."""

    rma: str
    serial: str
    filed: date
    reference: str | None
    sender: tuple[str, ...]
    ship_to: tuple[str, ...]
    enclose: tuple[str, ...]


_ONE_AT_A_TIME = Lock()
"""reportlab fills its tables of fonts and colors when it first needs them, and is not made for threads."""


def draw(slip: Slip, paper: Paper) -> bytes:
    """The slip as a PDF of one page; the same slip gives the same bytes. Raises FontMissingError.

    A character that the font lacks is drawn as an empty box. Text that does not fit the page is made smaller.
    """
    with _ONE_AT_A_TIME:
        return _drawn(slip, paper)


def _drawn(slip: Slip, paper: Paper) -> bytes:
    _register_fonts()
    width, height = PAPERS[paper]
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=(width, height),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"Return slip {slip.rma}",
        lang="en",
        invariant=True,
    )
    rest = KeepInFrame(document.width, document.height - CODES_HEIGHT, _rest(slip), mode="shrink", hAlign="LEFT")
    document.build([*_codes(slip), rest])
    return out.getvalue()


def _codes(slip: Slip) -> list[Any]:
    """What the warehouse needs, in one size always."""
    return [
        Paragraph("Return slip", _TITLE),
        Paragraph("Print this page and put it into the parcel. One slip, one device, one parcel.", _TEXT),
        *_coded("RMA number", slip.rma),
        *_coded("Serial number", slip.serial),
    ]


def _rest(slip: Slip) -> list[Any]:
    return [
        HRFlowable(width="100%", thickness=0.5, color="black", spaceBefore=6 * mm, spaceAfter=2 * mm),
        *_section("Ship to", slip.ship_to),
        *_section("Sender", slip.sender),
        *_section("Enclose", (f"\u2610  {line}" for line in slip.enclose)),
        *(_section("Your reference", (slip.reference,)) if slip.reference else ()),
        *_section("Filed on", (slip.filed.isoformat(),)),
    ]


def _coded(label: str, text: str) -> tuple[Any, ...]:
    """The text for people and, as a bar code, for a scanner."""
    bars = Code128(text, barWidth=BAR_WIDTH, barHeight=BAR_HEIGHT, lquiet=0)
    bars.hAlign = "LEFT"
    return Paragraph(label, _LABEL), Paragraph(escape(text), _NUMBER), Spacer(1, 2 * mm), bars


def _section(label: str, lines: Iterable[str]) -> tuple[Any, ...]:
    return Paragraph(label, _LABEL), Paragraph("<br/>".join(map(escape, lines)), _TEXT)


_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10.5, leading=15, splitLongWords=True)
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=22, leading=28, spaceAfter=2 * mm)
_LABEL = ParagraphStyle(
    "label", fontName=REGULAR, fontSize=9, leading=12, textColor=HexColor("#444444"), spaceBefore=5 * mm
)
_NUMBER = ParagraphStyle("number", fontName=BOLD, fontSize=17, leading=22)


@cache
def _register_fonts() -> None:
    try:
        for name in (REGULAR, BOLD):
            pdfmetrics.registerFont(TTFont(name, FONT_FOLDER / f"{name}.ttf"))
    except TTFError:
        raise FontMissingError(f"There is no font in {FONT_FOLDER}; install the package fonts-dejavu-core.") from None
