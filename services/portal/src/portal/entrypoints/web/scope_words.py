"""Scopes of API tokens in the words of a page."""

from collections.abc import Mapping

from contracts.scopes import AREAS, Area
from portal.entrypoints.web.forms import Form

AREA_WORDS: Mapping[Area, str] = {
    "licenses": "Licenses, devices and projects",
    "repairs": "Repairs",
    "audio": "Announcements",
}
WAYS: Mapping[str, tuple[str, ...]] = {"": (), "read": ("read",), "write": ("read", "write")}
"""What may be chosen for an area: whoever may write may read."""
WAY_WORDS: Mapping[str, str] = {"": "nothing", "read": "read", "write": "read and write"}
WORDS = (*AREA_WORDS.values(), *WAY_WORDS.values())


def chosen(form: Form) -> frozenset[str]:
    """The scopes of a form that has a field for each area."""
    return frozenset(f"{area}:{way}" for area in AREAS for way in WAYS.get(form.text(f"scope-{area}"), ()))


def in_words(scopes: frozenset[str]) -> list[tuple[str, str]]:
    """The areas that may be used, and how."""
    found = list[tuple[str, str]]()
    for area in AREAS:
        way = next((way for way in ("write", "read") if f"{area}:{way}" in scopes), None)
        if way is not None:
            found.append((AREA_WORDS[area], WAY_WORDS[way]))
    return found
