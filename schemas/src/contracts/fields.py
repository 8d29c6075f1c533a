"""Fields that commands and events share, each bounded."""

from typing import Annotated, Literal

from pydantic import Field

MAX_COMMAND_BYTES = 60 * 1024  # as an entry, so that no accepted command is too long for its event
MAX_RETURN_DOCUMENT_BYTES = 32 * 1024  # in base64 it still fits an entry of 60 KiB with all else it says
MAX_IMPORTED_PROJECTS = 100
"""Of a company that another one takes over: with names of 80 characters they still fit one entry."""
MAX_IMPORTED_ACCOUNTS = 200
"""Likewise."""
_MAX_BASE64 = -(-MAX_RETURN_DOCUMENT_BYTES // 3) * 4

CompanyKind = Literal["reseller", "end_customer", "vendor"]
DeliveryPath = Literal["direct", "manual"]
ProjectName = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x1f\x7f\s](?:[^\x00-\x1f\x7f]{0,78}[^\x00-\x1f\x7f\s])?$",
        description="Name of a project, unique within its company. Kept for ever, so no person's name.",
        examples=["Hotel Adria"],
    ),
]
Reference = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$", examples=["PO-2026-1174"])]
Reason = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x1f\x7f\s](?:[^\x00-\x1f\x7f]{0,198}[^\x00-\x1f\x7f\s])?$",
        description="Why, in a sentence. Kept for ever, so no person's name.",
        examples=["The hotel was sold with all its devices."],
    ),
]
Right = Literal["view", "licenses", "return", "test", "service", "rma", "rights"]
"""What an account may do in a project (rule X1); each of the others comes with `view`."""
KeyHint = Annotated[
    str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}$", description="Four symbols that name the code in lists.")
]
DocumentBase64 = Annotated[str, Field(max_length=_MAX_BASE64, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Firmware = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9A-Za-z]{1,12}){0,3}$", examples=["11.00"])]
UNREAD_FIRMWARE = "0"
MAX_FIRMWARE_CHARACTERS = 64
FirmwareStated = Annotated[
    str,
    Field(
        max_length=MAX_FIRMWARE_CHARACTERS,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="The version as the device wrote it, where `firmware` cannot repeat it: that is the major version "
        "then, or 0 where none can be read.",
        examples=["13r3 sr21"],
    ),
]
Address = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,79}$", description="Where the outcome is awaited.")]
Traceparent = Annotated[str, Field(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
Rights = Annotated[tuple[Right, ...], Field(max_length=7, description="Rights in a project, each once.")]
SomeRights = Annotated[
    tuple[Right, ...], Field(min_length=1, max_length=7, description="Rights in a project.", examples=[["licenses"]])
]
CorrelationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
