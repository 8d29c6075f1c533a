"""What a correction moves: licenses of one side to another, named as accounts are."""

from typing import Annotated

from pydantic import Field

from contracts.identifiers import SERIAL_PATTERN, UUID_PATTERN

MIN_LINES, MAX_LINES = 2, 20
"""Of linked corrections: one line is a plain correction, and twenty are as many as a second person can check."""

_PROJECT = f"project/{UUID_PATTERN.strip('^$')}"
_DEVICE = f"device/{SERIAL_PATTERN.strip('^$')}"

CorrectionId = Annotated[str, Field(pattern=UUID_PATTERN)]
Source = Annotated[
    str,
    Field(
        pattern=f"^(issuance|{_PROJECT}|{_DEVICE})$",
        description="Where the licenses come from: issuance (they are made), project/<id> or device/<serial>.",
        examples=["issuance"],
    ),
]
Target = Annotated[
    str,
    Field(
        pattern=f"^(retired|{_PROJECT}|{_DEVICE})$",
        description="Where the licenses go: retired (they end), project/<id> or device/<serial>.",
        examples=["device/009033010203"],
    ),
]
