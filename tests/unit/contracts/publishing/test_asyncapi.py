"""The AsyncAPI document as a parser of another make reads it."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.publishing.generate import ROOM, files
from contracts.topics import CASE_COMMAND_TOPICS, CASE_EVENTS, COMMAND_TOPICS, EVENTS, TOPICS
from dev.npm import readers
from tests.support.json_schema import validator

DOCUMENT: dict[str, Any] = json.loads((ROOM / "asyncapi.json").read_text())
"""As it is published; `test_entries.py` holds that to what the code says."""
ENTRY_SCHEMAS = [path for path in sorted((ROOM / "json").iterdir()) if "specversion" in path.read_text()]
GOLDEN = [path for path in sorted((ROOM / "golden").rglob("*.json")) if '"dataschema"' in path.read_text()]


def test_the_parser_of_asyncapi_takes_the_document() -> None:
    parsed = readers.parse_asyncapi(ROOM / "asyncapi.json")
    assert parsed.returncode == 0, parsed.stdout + parsed.stderr


def test_the_parser_of_asyncapi_refuses_a_document_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "asyncapi.json"
    broken.write_text(json.dumps(DOCUMENT | {"channels": {"one": {"address": 7}}, "operations": {}}))
    assert readers.parse_asyncapi(broken).returncode == 1


def test_no_schema_has_the_keyword_of_another_specification() -> None:
    """A parser of AsyncAPI refuses the whole document for OpenAPI's `discriminator`."""
    assert [path for path, text in files() if path.endswith(".json") and '"discriminator": {' in text] == []


def test_every_topic_says_what_it_carries_and_under_which_headers() -> None:
    messages = DOCUMENT["components"]["messages"]
    carried = {name: list(channel["messages"]) for name, channel in DOCUMENT["channels"].items()}
    assert set(carried) == {topic.name for topic in TOPICS}
    assert [name for name, said in carried.items() if not said] == []
    assert [name for name, said in messages.items() if "headers" not in said or "payload" not in said] == []


def test_every_topic_of_commands_says_what_it_carries() -> None:
    channels = DOCUMENT["channels"]
    assert {name: list(channel["messages"]) for name, channel in channels.items() if name.endswith("commands")} == {
        **{topic.name: ["command"] for topic in COMMAND_TOPICS},
        **{topic.name: ["rma-command"] for topic in CASE_COMMAND_TOPICS},
    }


def test_entries_are_structured_cloudevents() -> None:
    for topic in (EVENTS, CASE_EVENTS):
        for name in DOCUMENT["channels"][topic.name]["messages"]:
            said = DOCUMENT["components"]["messages"][name]
            assert said["contentType"] == "application/cloudevents+json"
            assert said["headers"]["properties"]["content-type"]["const"] == "application/cloudevents+json"


@pytest.mark.parametrize("path", ENTRY_SCHEMAS, ids=lambda path: path.name[:60])
def test_no_schema_takes_an_entry_without_what_cloudevents_requires(path: Path) -> None:
    assert set(json.loads(path.read_text())["required"]) >= {"specversion", "id", "source", "type"}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_schema_takes_its_golden_entry_and_refuses_it_without_its_type(path: Path) -> None:
    entry = json.loads(path.read_text())
    name = entry["dataschema"].removeprefix("urn:licensing:schema:")
    reader = validator(json.loads((ROOM / "json" / f"{name}.schema.json").read_text()))
    reader.validate(entry)
    for required in ("type", "specversion"):
        assert not reader.is_valid({key: value for key, value in entry.items() if key != required})


@pytest.mark.parametrize(("name", "member"), [("command", "name"), ("command", "kind"), ("outcome", "status")])
def test_a_schema_requires_what_tells_one_member_of_a_union_from_another(name: str, member: str) -> None:
    said = json.loads((ROOM / "json" / f"{name}.schema.json").read_text())["$defs"].values()
    constants = [one for one in said if "const" in one.get("properties", {}).get(member, {})]
    assert constants
    assert [one["title"] for one in constants if member not in one["required"]] == []
