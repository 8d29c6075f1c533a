"""The slip as a printer and a scanner see it: drawn by another PDF engine, read by another reader of bar codes."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from rma.adapters import slip
from rma.adapters.slip import PAPERS, FontMissingError, Paper, Slip, draw

SLIP = Slip(
    rma="RMA-2026-000117",
    serial="009033010203",
    filed=date(2026, 11, 28),
    reference="Hotel Adria, reception",
    sender=("Adria Telekom d.o.o.", "Obala 1", "52210 Rovinj", "Croatia"),
    ship_to=("innovaphone AG", "RMA", "Umberto-Nobile-Straße 15", "71063 Sindelfingen", "Germany"),
    enclose=("the device", "this slip"),
)
LONGEST = replace(
    SLIP,
    rma="R" * 32,
    reference="<b>&amp;</b> " + "unbreakable" * 30,
    sender=tuple("Ελληνικά и русский čćžšđ " + "long" * 40 for _ in range(8)),
    enclose=tuple(f"part {number} " + "of many " * 20 for number in range(8)),
)
ONE_PAGE = {"a4": (595, 842), "letter": (612, 792)}


def page(pdf: bytes) -> pypdfium2.PdfPage:
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return document[0]


def scanned(pdf: bytes, times: int = 3) -> set[str]:
    """What a scanner reads from the printed page, at so many times 72 dots an inch."""
    picture = page(pdf).render(scale=times).to_pil()
    return {code.text for code in zxingcpp.read_barcodes(picture)}


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("one", [SLIP, LONGEST], ids=["usual", "longest"])
def test_a_scanner_reads_number_and_serial_from_one_page_of_that_paper(one: Slip, paper: Paper) -> None:
    pdf = draw(one, paper)

    assert tuple(round(side) for side in page(pdf).get_size()) == ONE_PAGE[paper]
    assert scanned(pdf) == {one.rma, one.serial}


def test_slips_are_drawn_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """reportlab fills its tables on first use: two people's first slips of a process met them half full."""
    drawing, most = 0, 0

    def drawn(*_: object) -> bytes:
        nonlocal drawing, most
        drawing += 1
        most = max(most, drawing)
        time.sleep(0.01)
        drawing -= 1
        return b""

    monkeypatch.setattr(slip, "_drawn", drawn)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: draw(SLIP, "a4"), range(8)))

    assert most == 1


def test_a_person_reads_all_of_it() -> None:
    text = page(draw(SLIP, "a4")).get_textpage().get_text_range().replace("\r\n", "\n")

    said = (SLIP.rma, SLIP.serial, str(SLIP.reference), "2026-11-28", *SLIP.sender, *SLIP.ship_to, *SLIP.enclose)
    assert [line for line in said if line not in text] == []


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    text = page(draw(replace(SLIP, reference="<b>R&D</b> &amp; <a href='x'>"), "a4")).get_textpage().get_text_range()

    assert "<b>R&D</b> &amp; <a href='x'>" in text


def test_the_same_slip_is_the_same_bytes() -> None:
    assert draw(SLIP, "letter") == draw(SLIP, "letter")


def test_without_its_fonts_it_says_which_package_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(slip, "FONT_FOLDER", tmp_path)
    slip._register_fonts.cache_clear()  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(FontMissingError, match="fonts-dejavu-core"):
        draw(SLIP, "a4")
