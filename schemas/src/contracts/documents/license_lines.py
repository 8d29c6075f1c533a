"""Licenses as lines of a signed document: written and read in one way by all of them."""

from collections.abc import Iterable
from typing import Annotated, Literal

from lxml import etree
from pydantic import Field

from contracts.documents.xml import Element, attributes, require_empty
from contracts.identifiers import LicenseType
from contracts.licenses import Held, LicenseClass, Lot, TestLicenses
from contracts.models import WireModel

Expires = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="Last day, inclusive.")]


class LicenseLine(WireModel):
    """So many licenses of one type, for ever or, of class test, until the end of a day."""

    license_type: LicenseType
    license_class: LicenseClass | Literal["test"]
    count: Held
    expires: Expires | None = None


def lines_of(lots: Iterable[Lot]) -> tuple[LicenseLine, ...]:
    """Lots of an event as lines without an end."""
    return tuple(
        LicenseLine.model_construct(
            license_type=lot.license_type, license_class=lot.license_class, count=lot.count, expires=None
        )
        for lot in lots
    )


def ending_lines_of(test: TestLicenses | None) -> tuple[LicenseLine, ...]:
    """A device's test as lines that end."""
    if test is None:
        return ()
    expires = test.expires.isoformat()
    return tuple(
        LicenseLine(license_type=one.license_type, license_class="test", count=one.count, expires=expires)
        for one in test.licenses
    )


def write_lines(parent: Element, namespace: str, lines: Iterable[LicenseLine]) -> None:
    tag = f"{{{namespace}}}license"
    for line in lines:
        said = {"type": line.license_type, "class": line.license_class, "count": str(line.count)}
        if line.expires is not None:
            said["expires"] = line.expires
        etree.SubElement(parent, tag, said)


def read_line(element: Element) -> dict[str, object]:
    """What a license element says, for the model to check; raises DocumentMalformed."""
    said = attributes(element, ("type", "class", "count"), ("expires",))
    line: dict[str, object] = {
        "license_type": said["type"],
        "license_class": said["class"],
        "count": number(said["count"]),
    }
    require_empty(element)
    return line | ({"expires": said["expires"]} if "expires" in said else {})


def number(digits: str) -> int | str:
    """The number that canonical digits stand for; anything else as it is, for the model to refuse."""
    canonical = digits.isascii() and digits.isdigit() and str(int(digits[:20])) == digits
    return int(digits) if canonical else digits
