"""A JSON Schema as its readers apply it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def validator(schema: dict[str, Any]) -> "Draft202012Validator":
    """Draft 2020-12, formats included."""
    import jsonschema  # noqa: PLC0415 - more than a second of imports, for the one process of a run that asks

    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
