"""What is to be said: plain text, or the part of SSML that announcements need."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from audio.domain.refusals import AudioRefused

MAX_TEXT = 2000
"""Characters of a sentence with its markup; two minutes of speech."""
MAX_PARTS = 50
"""Of a sentence between pauses: each is a run of the engine."""
MAX_PAUSE_MILLISECONDS = 10_000
_STRENGTHS = {"none": 0, "x-weak": 100, "weak": 200, "medium": 400, "strong": 700, "x-strong": 1000}
"""Milliseconds; SSML leaves them to the engine."""
SPELT = {"characters", "spell-out", "digits", "telephone"}
WHOLE = {"cardinal", "number"}
_PHONEMES = "[]"
"""espeak-ng reads [[...]] as phonemes."""


@dataclass(frozen=True, slots=True)
class Say:
    """Text for the engine."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing, for so long."""

    milliseconds: int


Part = Say | Pause


def parts_of(text: str) -> list[Part]:
    """What to say and where to pause; raises AudioRefused for what is too long, empty, or markup that is not known."""
    if len(text) > MAX_TEXT:
        raise _invalid(f"A text has at most {MAX_TEXT} characters.")
    found: list[Part] = list(_joined(_read(text) if text.lstrip().startswith("<speak") else [Say(text)]))
    if not any(isinstance(part, Say) for part in found):
        raise _invalid("There is nothing to say.")
    if len(found) > MAX_PARTS:
        raise _invalid(f"A text has at most {MAX_PARTS} parts between pauses.")
    return found


def _read(text: str) -> Iterator[Part]:
    """A document type could define entities that grow without bounds: none is taken."""
    if "<!" in text or "<?" in text:
        raise _invalid("Markup has no declarations, comments or instructions.")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without declarations there is nothing to expand
    except ET.ParseError as error:
        raise _invalid(f"The markup is broken: {error}.") from None
    yield from _inside(root)


def _inside(element: ET.Element) -> Iterator[Part]:
    yield Say(element.text or "")
    for child in element:
        yield from _child(child)
        yield Say(child.tail or "")


def _child(child: ET.Element) -> Iterator[Part]:
    match child.tag.rpartition("}")[2]:
        case "break":
            yield Pause(_milliseconds(child))
        case "say-as":
            yield Say(_said_as(child))
        case "p" | "s":
            yield from _inside(child)
            yield Pause(_STRENGTHS["medium"])
        case other:
            raise _invalid(f"<{other[:40]}> is not known here; break, say-as, p and s are.")


def _milliseconds(pause: ET.Element) -> int:
    time = pause.get("time")
    if time is None:
        strength = pause.get("strength", "medium")
        if strength not in _STRENGTHS:
            raise _invalid(f"There is no strength {strength[:40]!r}.")
        return _STRENGTHS[strength]
    number, factor = (time[:-2], 1) if time.endswith("ms") else (time[:-1], 1000)
    try:
        milliseconds = float(number) * factor if time.endswith("s") else -1.0
    except ValueError:
        milliseconds = -1.0
    if not 0 <= milliseconds <= MAX_PAUSE_MILLISECONDS:
        raise _invalid(f"A pause is from 0ms to {MAX_PAUSE_MILLISECONDS}ms.")
    return round(milliseconds)


def _said_as(element: ET.Element) -> str:
    """Spelling stands with commas between, which every engine reads one by one."""
    text, how = "".join(element.itertext()).strip(), element.get("interpret-as", "")
    if how in SPELT:
        return " " + ", ".join(text.replace(" ", "")) + " "
    if how in WHOLE:
        return f" {text} "
    raise _invalid(f"say-as knows {', '.join(sorted(SPELT | WHOLE))}.")


def _joined(parts: Iterator[Part] | list[Part]) -> Iterator[Part]:
    """Neighbours made one, and what is blank left out."""
    words = ""
    for part in parts:
        match part:
            case Say(text):
                words += text
            case Pause():
                yield from _words(words)
                words = ""
                yield part
    yield from _words(words)


def _words(words: str) -> Iterator[Say]:
    """One line, without controls, that no engine takes for an option or markup of its own."""
    letters = (letter if letter.isprintable() and letter not in _PHONEMES else " " for letter in words)
    line = " ".join("".join(letters).split())
    if line:
        yield Say(line)


def _invalid(reason: str) -> AudioRefused:
    return AudioRefused("text_invalid", reason)
