"""What people write into commands reads as it is written."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.commands import COMMAND_TYPES
from contracts.commands.activation_keys import IssueActivationKey
from contracts.commands.blocks import BlockCompany
from contracts.commands.companies import CreateProject
from contracts.events.companies import ProjectCreated
from contracts.identifiers import derived_id
from contracts.licenses import Licenses

COMPANY, PROJECT = derived_id("a", "company"), derived_id("hotel", "project")
UNSEEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "zero-width non-joiner": "\u200c",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "control": "\u0085",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "private use": "\ue000",
    "tag": "\U000e0041",
    "Hangul filler": "\u3164",
    "Hangul choseong filler": "\u115f",
    "Hangul jungseong filler": "\u1160",
    "half-width Hangul filler": "\uffa0",
    "Braille without a dot": "\u2800",
    "grapheme joiner": "\u034f",
    "Khmer inherent vowel": "\u17b4",
}


@pytest.mark.parametrize("character", UNSEEN.values(), ids=UNSEEN)
def test_no_name_reason_or_reference_has_a_character_that_nobody_sees(character: str) -> None:
    text = f"Hotel{character}Adria"
    with pytest.raises(ValidationError, match=f"U\\+{ord(character):04X}"):
        CreateProject(company=COMPANY, project=PROJECT, project_name=text)
    with pytest.raises(ValidationError, match="can't be seen"):
        BlockCompany(company=COMPANY, reason=text, reference="CASE-1")
    with pytest.raises(ValidationError, match="can't be seen"):
        IssueActivationKey(
            key_digest="a1" * 32,
            key_hint="K3YZ",
            licenses=(Licenses(license_type="Port11", count=1),),
            order_number=text,
        )


@pytest.mark.parametrize("command", COMMAND_TYPES.values(), ids=COMMAND_TYPES)
def test_no_field_of_any_command_takes_such_a_text(command: type[BaseModel]) -> None:
    """A command takes its free texts from contracts.texts; those of contracts.fields are for what events hold."""
    for model in _with_parts(command):
        for field in model.model_fields.values():
            with pytest.raises(ValidationError):
                TypeAdapter[object](field.rebuild_annotation()).validate_python("Hotel\u200bAdria")


def _with_parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for part in _models_in(field.annotation):
            yield from _with_parts(part)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


@pytest.mark.parametrize(
    "name",
    [
        "Hôtel Ödön",
        "Ξενοδοχείο",
        "ホテル\u3000一",
        "Hotel\u00a0A",
        "فندق",
        "Cafe\u0301",
        "A 🏨",
        "한글 호텔",
        "\uff28otel",
    ],
)
def test_names_of_every_script_go(name: str) -> None:
    assert CreateProject(company=COMPANY, project=PROJECT, project_name=name).project_name == name


def test_what_an_entry_holds_is_read_whatever_it_is() -> None:
    assert ProjectCreated(company=COMPANY, project=PROJECT, project_name="Hotel\u200bAdria").project_name
