"""Forms of values: what a person reads where a value does not match its pattern."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from contracts.identifiers import UUID_PATTERN, RmaId
from contracts.rma.cases import Carrier, Currency, TrackingNumber
from contracts.texts import Line, Reason, Reference
from rma.entrypoints.api.models.cases import (
    COUNTRY_PATTERN,
    EMAIL_PATTERN,
    FILE_NAME_PATTERN,
    PHONE_PATTERN,
    POSTAL_CODE_PATTERN,
)
from runtime.web.bulk import KEY_PATTERN


def _pattern(kind: Any) -> str:
    return str(TypeAdapter[Any](kind).json_schema()["pattern"])


FORMS: Mapping[str, str] = {
    UUID_PATTERN: "a UUID in lower case, such as 3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42",
    KEY_PATTERN: "printable ASCII characters, such as a UUID",
    EMAIL_PATTERN: "an email address, such as anna@hotel-adria.example",
    PHONE_PATTERN: "a phone number, such as +49 7031 73009-0",
    COUNTRY_PATTERN: "a country by two capitals, such as DE",
    FILE_NAME_PATTERN: "1 to 120 characters of a name without path, such as box.jpg",
    POSTAL_CODE_PATTERN: "1 to 12 letters, digits, blanks and hyphens, such as 71063",
    _pattern(RmaId): "4 to 32 capital letters, digits and hyphens, such as RMA-2026-000117",
    _pattern(Currency): "a currency by three capitals, such as EUR",
    _pattern(Carrier): "1 to 40 letters, digits, blanks and . & + -, such as DHL",
    _pattern(TrackingNumber): "1 to 40 letters, digits, blanks, slashes and hyphens",
    _pattern(Line): "1 to 80 characters without line breaks, and no blank at either end",
    _pattern(Reason): "1 to 200 characters without line breaks, and no blank at either end",
    _pattern(Reference): "1 to 64 characters without line breaks, such as PO-2026-1174",
}
"""What each pattern of the API's description asks for."""
