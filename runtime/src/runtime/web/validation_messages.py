"""What is wrong with a request, in words for a person: no pattern is ever shown."""

from collections.abc import Mapping
from typing import Any

Forms = Mapping[str, str]
"""What each pattern of an API's description asks for, in words."""


def message_for(error: Mapping[str, Any], forms: Forms) -> str:
    """One error of a validation, as what must be done or is not allowed."""
    match error["type"]:
        case "string_pattern_mismatch":
            return f"This must be {forms.get(error['ctx']['pattern'], 'of the form that the description says')}"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return str(error["msg"])
