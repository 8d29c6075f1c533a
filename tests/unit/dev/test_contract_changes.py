"""What may change of a frozen event, and what is refused since logs and earlier readers could not take it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from dev.contract_changes import broken
from dev.stack.places import ROOT

NAME = "ledger.licenses-allocated.v1.schema.json"
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "json" / NAME).read_text(encoding="utf-8"))
Change = Callable[[dict[str, Any]], object]


def _after(change: Change) -> list[str]:
    changed = copy.deepcopy(SCHEMA)
    change(changed)
    return [sentence.removeprefix(f"{NAME}.") for sentence in broken(SCHEMA, changed, NAME)]


def _device(schema: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = schema["$defs"]["DeviceLicenses"]
    return made


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda schema: _device(schema)["properties"].update(note={"type": "string", "default": ""}),
        lambda schema: _device(schema).update(description="Other words."),
        lambda schema: _device(schema)["properties"]["serial"].update(examples=["009033aabbcc"]),
        lambda schema: schema["$defs"].update(Another={"type": "object"}),
    ],
    ids=["nothing", "a member that may be absent", "words", "examples", "a definition"],
)
def test_what_old_readers_and_old_entries_bear_is_allowed(change: Change) -> None:
    assert _after(change) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda schema: _device(schema)["properties"].pop("issue"),
            "DeviceLicenses.issue is gone, and entries have it",
        ),
        (
            lambda schema: _device(schema)["required"].append("test"),
            "DeviceLicenses.test must be there now, and entries lack it",
        ),
        (
            lambda schema: _device(schema)["required"].remove("issue"),
            "DeviceLicenses.issue may be absent now, and earlier readers need it",
        ),
        (
            lambda schema: _device(schema)["properties"]["generation"].update(maximum=12),
            "DeviceLicenses.generation.maximum changed from 9999 to 12",
        ),
        (
            lambda schema: _device(schema)["properties"]["serial"].pop("pattern"),
            'DeviceLicenses.serial.pattern changed from "^009033[0-9a-f]{6}$" to null',
        ),
    ],
    ids=["gone", "required", "not required", "a bound", "a form"],
)
def test_what_they_do_not_bear_is_refused(change: Change, says: str) -> None:
    assert _after(change) == [says]


def test_an_event_never_goes() -> None:
    assert list(broken(SCHEMA, None, NAME)) == [f"{NAME} is gone, and logs have entries of it"]
