"""Writes what others read: JSON Schemas, the AsyncAPI document, reference pages. `make generate`.

The files are committed; a test makes them anew and compares, so they say what the code says.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.catalog import described
from contracts.licenses import DEFAULT_CATALOG
from contracts.log.posting_rules import POSTING_RULES
from contracts.publishing.asyncapi import asyncapi
from contracts.publishing.json_schemas import json_schemas
from contracts.publishing.reference import pages

ROOM = Path(__file__).resolve().parents[3]
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def files() -> Iterator[tuple[str, str]]:
    """Each generated file: its path below schemas/, and its text."""
    for name, schema in json_schemas():
        head = {"$schema": JSON_SCHEMA, "$id": f"urn:licensing:schema:{name}"}
        yield f"json/{name}.schema.json", _text(head | schema)
    yield "asyncapi.json", _text(asyncapi())
    yield "posting-rules.json", _text(posting_rules())
    yield "founding-types.json", _text(founding_types())
    for name, text in pages():
        yield f"../docs/reference/{name}", text


def posting_rules() -> dict[str, Any]:
    """What each event moves, for whoever folds the log with a program of their own."""
    return {
        "description": "The moves of each type of event, in the order of their lines; a type that is not named moves "
        "nothing. Each lot of the list `lots` leaves the account `from` and enters the account `to`. `{field}` stands "
        "for the value of a field of the event's data, `a.b` for the field b of its field a; where a is absent, "
        "nothing moves. A move with `when` is made if that field is there, one with `unless` if it is not. A move with "
        "`each` is made for each member of that list, and its other names are fields of the member.",
        "rules": {event.type: [move.told() for move in moves] for event, moves in POSTING_RULES.items()},
    }


def founding_types() -> dict[str, Any]:
    """All about the types that the first entry of a ledger names."""
    return {
        "description": "What a license type of `catalog` in the first entry of a ledger is, beyond its name and class. "
        "Types that are defined later say it themselves.",
        "license_types": [described(one).model_dump(mode="json", exclude_none=True) for one in DEFAULT_CATALOG],
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them below schemas/."""
    for name, text in files():
        path = ROOM / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sys.stdout.write(f"schemas/{name}\n")
