"""What may change of a frozen event, and what is refused since logs and earlier readers could not take it."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dev.contract_changes import FROZEN, TODAY, accept, bare, broken, wrong
from dev.stack.places import ROOT

NAME = "ledger.licenses-allocated.v1.schema.json"
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "json" / NAME).read_text(encoding="utf-8"))
Change = Callable[[dict[str, Any]], object]


def _after(change: Change) -> list[str]:
    changed = copy.deepcopy(SCHEMA)
    change(changed)
    return [sentence.removeprefix(f"{NAME}.") for sentence in broken(bare(SCHEMA), changed, NAME)]


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


COMMANDS = "command.schema.json"


def _changed_command(change: Change) -> list[str]:
    old = json.loads((TODAY / COMMANDS).read_text(encoding="utf-8"))
    changed = copy.deepcopy(old)
    change(changed)
    return list(broken(bare(old), changed, COMMANDS))


def _union(schema: dict[str, Any]) -> list[dict[str, str]]:
    made: list[dict[str, str]] = schema["properties"]["command"]["oneOf"]
    return made


def test_a_schema_without_a_version_may_get_another_command() -> None:
    assert _changed_command(lambda schema: _union(schema).append({"$ref": "#/$defs/Another"})) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda schema: _union(schema).pop(0), 'properties.command.oneOf lost {"$ref": "#/$defs/FoundLedger"}'),
        (
            lambda schema: schema["$defs"]["AddDevice"]["required"].append("note"),
            "AddDevice.note must be there now, and entries lack it",
        ),
    ],
    ids=["a command", "required"],
)
def test_it_keeps_what_is_on_topics_readable(change: Change, says: str) -> None:
    assert _changed_command(change) == [f"{COMMANDS}.{says}".replace(".properties", "")]


def test_todays_schemas_are_those_that_were_taken_in() -> None:
    assert wrong() == []


@pytest.mark.parametrize("name", [NAME, COMMANDS])
def test_a_break_is_found_whether_it_is_committed_or_not_and_is_not_taken_in(name: str, tmp_path: Path) -> None:
    frozen, today = tmp_path / "frozen", tmp_path / "json"
    shutil.copytree(FROZEN, frozen)
    shutil.copytree(TODAY, today)
    changed = json.loads((today / name).read_text(encoding="utf-8"))
    changed["required"].append("another")
    (today / name).write_text(json.dumps(changed), encoding="utf-8")
    sentence = f"{name}.another must be there now, and entries lack it"

    assert wrong(frozen, today) == [sentence]
    assert accept(frozen, today) == [sentence]
    assert wrong(frozen, today) == [sentence]


def test_what_may_change_is_taken_in_on_purpose(tmp_path: Path) -> None:
    frozen = tmp_path / "frozen"
    shutil.copytree(FROZEN, frozen)
    (frozen / NAME).unlink()

    assert wrong(frozen) == [f"{NAME} is not in schemas/frozen as it is: `make freeze`"]
    assert accept(frozen) == []
    assert wrong(frozen) == []
