"""What an RMA case is made of: its states and steps, and the fields that its commands and events share."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.dates import Day
from contracts.fields import Reason, Reference

State = Literal[
    "authorised",
    "received",
    "quoted",
    "declined",
    "repaired",
    "unrepairable",
    "replacing",
    "swap_refused",
    "replaced",
    "replacement_shipped",
    "overdue",
    "shipped",
    "closed",
    "cancelled",
]
Step = Literal[
    "file",
    "cancel",
    "receive",
    "quote",
    "accept",
    "decline",
    "repair",
    "unrepairable",
    "replace",
    "send_in_advance",
    "swapped",
    "swap_refused",
    "ship",
    "remind",
    "overdue",
    "charge",
    "close",
    "reopen",
]
"""What happens in a case; each is one command and one event."""
Coverage = Literal["doa", "warranty", "chargeable"]
"""Who pays, as the dates of the ledger said on the day of the request. An end customer never learns it (rule F4)."""

RETURN_DAYS = 30
"""Days in which a device that was replaced in advance has to come back; on the last of them it is overdue."""
DaysLeft = Literal[7, 1]
REMINDER_DAYS: tuple[DaysLeft, ...] = (7, 1)
"""How long before that the company is reminded."""
DEFAULT_THRESHOLD = 3
"""Devices that a company may owe at once."""
_MAX_CENTS = 100_000_000

Cents = Annotated[int, Field(ge=1, le=_MAX_CENTS, description="Hundredths of the currency.", examples=[12_900])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["EUR"])]
Carrier = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .&+-]{0,39}$", description="Who carries the parcel.", examples=["DHL"]),
]
TrackingNumber = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 /-]{0,39}$",
        description="The carrier's number of the parcel.",
        examples=["00340434161094042557"],
    ),
]
Threshold = Annotated[int, Field(ge=1, le=100, description="Devices that the company may owe at once.")]
OverdueOn = Annotated[Day, Field(description="The first day, in Europe/Berlin, on which the device is overdue.")]
ReasonDigest = Annotated[Reason, Field(description="Why: the salted digest of a text that lies beside the log.")]
ReferenceDigest = Annotated[Reference, Field(description="The salted digest of a text that lies beside the log.")]
RefusalCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$", description="A row of the table of refusals.")]
