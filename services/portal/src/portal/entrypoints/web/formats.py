"""How things are written: serials in pairs, times as people write them, numbers that line up."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."),
}
SIZES = ((1_000_000, "MB"), (1_000, "kB"), (1, "B"))
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What tells them apart: each also names those whose pages it shows as they do, so the rarer come first."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_SWAPPED = str.maketrans(".,", ",.")
MINUS = "\N{MINUS SIGN}"


def in_pairs(serial: str) -> str:
    """A serial in pairs, where there is only text."""
    return " ".join(serial[at : at + 2] for at in range(0, len(serial), 2))


def serial(text: str) -> Markup:
    """A serial in pairs, with the part that tells boxes apart set off."""
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    maker, own = " ".join(pairs[:-3]), " ".join(pairs[-3:])
    return Markup('<span class="serial">{} <b>{}</b></span>').format(maker, own)


@pass_context
def when(context: Context, said: str) -> Markup:
    """A time to the minute; the exact one as its title."""
    moment = datetime.fromisoformat(said)
    text = f"{_day(context, moment.date())}, {moment:%H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(said, f"{moment:%Y-%m-%d %H:%M:%S} UTC", text)


@pass_context
def day(context: Context, said: str) -> Markup:
    """A day, of a date or a time."""
    return Markup('<time datetime="{}">{}</time>').format(said, _day(context, date.fromisoformat(said[:10])))


@pass_context
def number(context: Context, count: int) -> str:
    """A number with the reader's separator of thousands."""
    text = f"{count:,}"
    return text.replace(",", ".") if _language(context) == "de" else text


@pass_context
def money(context: Context, cents: int, currency: str) -> str:
    """An amount with the reader's marks."""
    text = f"{cents / 100:,.2f}"
    return f"{text.translate(_SWAPPED) if _language(context) == 'de' else text} {currency}"


@pass_context
def size(context: Context, octets: int) -> str:
    """How big a file is, to two figures."""
    unit, value = next((unit, octets / factor) for factor, unit in SIZES if octets >= factor or factor == 1)
    text = f"{value:.1f}" if value < 10 and unit != "B" else f"{value:.0f}"
    return f"{text.translate(_SWAPPED) if _language(context) == 'de' else text} {unit}"


@pass_context
def decimal(context: Context, value: float) -> str:
    """A number with one figure behind the reader's point."""
    text = f"{value:.1f}".replace("-", MINUS)
    return text.translate(_SWAPPED) if _language(context) == "de" else text


@pass_context
def seconds(context: Context, value: float) -> str:
    """How long something lasts."""
    return f"{decimal(context, value)} s"


def browser(said: str) -> Markup:
    """A browser and its system by their names, as it introduces itself; what it says in full as its title."""
    names = (next((name for mark, name in known if mark in said), "") for known in (BROWSERS, SYSTEMS))
    return Markup('<span title="{}">{}</span>').format(said, ", ".join(filter(None, names)) or said)


def signed(count: int) -> str:
    """Units that came or went, with a real minus."""
    return f"+{count}" if count > 0 else f"{MINUS}{-count}"


def short(identity: str) -> str:
    """The beginning of an id, enough to recognise it."""
    return identity[:8]


def _day(context: Context, said: date) -> str:
    language = _language(context)
    month = MONTHS[language][said.month - 1]
    return f"{said.day}. {month} {said.year}" if language == "de" else f"{said.day} {month} {said.year}"


def _language(context: Context) -> str:
    words: Any = context["_"]
    return str(words.language)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "serial": serial,
    "when": when,
    "day": day,
    "number": number,
    "money": money,
    "decimal": decimal,
    "seconds": seconds,
    "size": size,
    "browser": browser,
    "signed": signed,
    "short": short,
}
