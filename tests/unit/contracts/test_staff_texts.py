"""What stands for a text of staff in a command and its entry."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts import fields, texts
from contracts.commands import COMMAND_TYPES
from contracts.rma.commands import COMMAND_TYPES as RMA_COMMAND_TYPES
from contracts.staff_texts import MEMBERS, digest_of, is_digest, texts_of
from tests.support.ledger import story, story_blocks

FREE_TEXT: tuple[Any, ...] = (texts.Reason, texts.Reference, texts.ProjectName)
SALT = bytes(range(32))
IN_THE_LOG = {"order_number", "project_name"}
"""Texts that people write and that stay: keys are searched by the one, the other has to be unique."""


def test_the_digest_of_a_text_never_changes() -> None:
    assert digest_of("Müller stole it", SALT) == "sha256:E1d6ORQNCzvvrR1_ecl1C9d8kETPNe91vAwm63DNDdY"


def test_it_hangs_on_text_and_salt() -> None:
    digests = {digest_of("a", SALT), digest_of("b", SALT), digest_of("a", SALT[::-1])}
    assert len(digests) == 3
    assert all(map(is_digest, digests))


@pytest.mark.parametrize("text", ["", "Stolen", "sha256:", "sha256:" + "a" * 42, "sha256:" + "a" * 44])
def test_a_text_is_no_digest(text: str) -> None:
    assert not is_digest(text)


@pytest.mark.parametrize("form", [fields.Reason, fields.Reference])
def test_a_digest_has_the_form_of_the_member_that_it_stands_in(form: Any) -> None:
    digest = digest_of("x" * 200, SALT)
    assert TypeAdapter(form).validate_python(digest) == digest


def test_every_member_that_takes_free_text_is_kept_beside_the_log_or_named_here() -> None:
    forms = {TypeAdapter(form).json_schema()["pattern"] for form in FREE_TEXT}
    free = {
        name
        for model in (*COMMAND_TYPES.values(), *RMA_COMMAND_TYPES.values())
        for name, schema in model.model_json_schema()["properties"].items()
        if forms & {schema.get("pattern"), *(one.get("pattern") for one in schema.get("anyOf", ()))}
    }
    assert free == {*MEMBERS, *IN_THE_LOG}


def test_a_command_without_texts_has_none() -> None:
    assert texts_of(story.allocate(Port11=1)) == {}
    assert set(texts_of(story_blocks.block_device())) == {"reason", "reference"}
