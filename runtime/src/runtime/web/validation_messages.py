"""What is wrong with a request, said to a person: no pattern is ever shown."""

from collections.abc import Mapping
from typing import Any

from ledger.entrypoints.api.http.forms import FORMS


def message_for(error: Mapping[str, Any]) -> str:
    """One error of a validation, as what must be done or is not allowed."""
    match error["type"]:
        case "string_pattern_mismatch":
            return f"This must be {FORMS.get(error['ctx']['pattern'], 'of the form that the description says')}"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return str(error["msg"])
