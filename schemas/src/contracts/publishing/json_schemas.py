"""JSON Schemas of what travels, by the names under which schemas/json has them."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from contracts.audio.records import ENVELOPES as AUDIO_ENVELOPES
from contracts.commands import CommandRecord
from contracts.documents.signature_record import SignatureRecord
from contracts.log.entries import ENVELOPES
from contracts.models import WireModel
from contracts.outcomes import Outcome
from contracts.rma.commands import RmaCommandRecord
from contracts.rma.entries import RMA_ENTRIES
from contracts.support.cases import ENVELOPES as SUPPORT_ENVELOPES
from contracts.topics import PREFIX


def json_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each schema with its name."""
    envelopes: dict[str, type[WireModel]] = {
        **ENVELOPES,
        **RMA_ENTRIES.envelopes,
        **AUDIO_ENVELOPES,
        **SUPPORT_ENVELOPES,
    }
    for event_type, envelope in envelopes.items():
        yield event_type.removeprefix(PREFIX), json_schema(envelope, mode="serialization")
    yield "command", json_schema(CommandRecord)
    yield "rma-command", json_schema(RmaCommandRecord)
    yield "outcome", json_schema(Outcome)
    yield "signature-record", json_schema(SignatureRecord)


def json_schema(model: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    """What a model says of itself, without what only its Python has."""
    schema = TypeAdapter[Any](model).json_schema(mode=mode, schema_generator=_OnlyJsonSchema)
    for one in (schema, *schema.get("$defs", {}).values()):
        _require_constants(one)
    return schema


def _require_constants(schema: dict[str, Any]) -> None:
    """A constant tells what the value is: Python may leave it out when it makes one, who writes JSON may not."""
    fields = schema.get("properties", {})
    constants = [name for name, said in fields.items() if "const" in said]
    for name in constants:
        fields[name].pop("default", None)
    if constants:
        schema["required"] = [name for name in fields if name in {*constants, *schema.get("required", ())}]


class _OnlyJsonSchema(GenerateJsonSchema):
    """Without `discriminator`, which is OpenAPI's own keyword: as an object it makes an AsyncAPI document invalid."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        said = super().tagged_union_schema(schema)
        said.pop("discriminator", None)
        return said
