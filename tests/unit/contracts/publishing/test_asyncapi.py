"""The AsyncAPI document as a parser of another make reads it."""

import json

from contracts.publishing.generate import files
from contracts.topics import CASE_COMMAND_TOPICS, COMMAND_TOPICS


def test_no_schema_has_the_keyword_of_another_specification() -> None:
    """A parser of AsyncAPI refuses the whole document for OpenAPI's `discriminator`."""
    assert [path for path, text in files() if path.endswith(".json") and '"discriminator": {' in text] == []


def test_every_topic_of_commands_says_what_it_carries() -> None:
    channels = json.loads(dict(files())["asyncapi.json"])["channels"]
    assert {name: list(channel["messages"]) for name, channel in channels.items() if name.endswith("commands")} == {
        **{topic.name: ["command"] for topic in COMMAND_TOPICS},
        **{topic.name: ["rma-command"] for topic in CASE_COMMAND_TOPICS},
    }
