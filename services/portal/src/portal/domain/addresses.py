"""Addresses of our own pages, which may be followed after signing in."""

import re
from urllib.parse import quote

HOME = "/"
_OURS = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?&=+:,-]{0,500}")


def own_address(wanted: str | None) -> str:
    """The address if it is one of ours, else home: nobody is sent to another host from here."""
    return wanted if wanted is not None and _OURS.fullmatch(wanted) else HOME


def on_the_way(place: str, wanted: str) -> str:
    """The address of a place on the way to a page of ours, which it names whole, its query too."""
    return place if wanted == HOME else f"{place}?next={quote(wanted, safe='/')}"
