"""What callers of the API read of cases."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.rma.cases import Coverage, State, Step
from rma.domain.expected import Expected
from rma.domain.steps import Condition

Answer = Literal["accepted", "quote_follows"]


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class QuoteView(View):
    """The newest offer to repair the device."""

    entry: int = Field(description="Its entry; an answer to the quote names it.")
    cents: int
    currency: str
    valid_until: date


class ShipmentView(View):
    """The last parcel that the vendor sent."""

    serial: str
    carrier: str
    tracking_number: str


class SummaryView(View):
    """A case as lists show it."""

    rma: str = Field(examples=["RMA-2026-000117"])
    serial: str
    project: str
    company: str = Field(description="Whose device it was when the case was filed.")
    reference: str | None = Field(description="The requester's own; `erased` where staff has erased it.")
    state: State
    answer: Answer = Field(
        description="What becomes of the request: accepted, or a price was quoted. It changes by a clerk's quote alone."
    )
    expected: Expected | None = Field(description="What the caller is expected to do next; null for nothing.")
    filed: datetime
    since: date = Field(description="The day, in Europe/Berlin, of the last step.")
    overdue_on: date | None = Field(description="The first day on which a device that is owed is overdue.")
    owed: bool = Field(description="Whether the broken device has to come back for one that went out in advance.")
    sequence: int = Field(description="The last entry about it.")
    filed_sequence: int = Field(description="The entry by which it was filed.")
    coverage: Coverage | None = Field(
        default=None,
        description="Who pays. Not there at all for those who act for an end customer (rule F4).",
    )


class ContactView(View):
    """A person to ask."""

    name: str
    email: str | None = None
    phone: str | None = None


class AddressView(View):
    """Where the device goes back to."""

    name: str
    lines: list[str]
    postal_code: str
    city: str
    country: str


class RequestView(View):
    """What was said when the case was filed; nothing but when, once staff has erased it."""

    defect: str | None = None
    administrative_contact: ContactView | None = None
    technical_contact: ContactView | None = None
    shipping_address: AddressView | None = None
    erased: datetime | None = Field(default=None, description="When staff erased it.")


class RefusedStepView(View):
    """A step that is the caller's to take, and why it can't be taken now."""

    step: Step
    code: str = Field(description="What its route would refuse it with.", examples=["bad_transition"])
    detail: str = Field(
        description="The same as a sentence.", examples=["This can't follow in the state that it is in."]
    )
    states: list[State] = Field(description="Of `bad_transition`: states in which it would be possible.")
    conditions: list[Condition] = Field(
        description="Of `bad_transition` in a state that would do: what has to hold besides. `free`: nothing is to be"
        " paid, or the requester has accepted the price; `unpaid`: the opposite; `advance`: the replacement goes out"
        " first; `ordinary`: it does not."
    )
    facts: dict[str, Any] = Field(
        description="What the refusal rests on, such as the cases for which devices are owed.",
        examples=[{"cases": "RMA-2026-000117", "threshold": 1}],
    )


class CaseView(SummaryView):
    """A case with all that its caller may read of it."""

    steps: list[Step] = Field(description="What the caller may do now.")
    refused_steps: list[RefusedStepView] = Field(
        description="What the caller could do in another case or at another time, and why not now. A step that is"
        " possible may still be refused for what its body says. Empty for a past state."
    )
    quote: QuoteView | None
    replacement: str | None = Field(description="The device that was chosen to stand in its place.")
    swapped: bool = Field(description="Whether the ledger has moved the licenses to the replacement.")
    swap_sequence: int | None = Field(
        description="The ledger's entry that moved them; null before. What the ledger is asked with ?at_least= this"
        " number shows the replacement with all that it has."
    )
    shipment: ShipmentView | None
    invoice: str | None = Field(description="What was sent for a device that did not come back.")
    request: RequestView | None = Field(description="Null where none is kept, and for a past state.")
    finding: str | None = Field(
        default=None, description="What the vendor found. Not there for those who act for an end customer."
    )
    swap_refusal: str | None = Field(default=None, description="Why the ledger did not swap. For the vendor's staff.")


class EntryView(View):
    """A step of a case."""

    sequence: int
    time: datetime
    actor: str = Field(
        examples=["account:9a0b6f4e-1c2d-4e3f-8a5b-6c7d8e9f0a1b@3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42", "service:rma"]
    )
    event_type: str = Field(examples=["licensing.rma.device-received.v1"])
    step: Step
    state: State = Field(description="The state after it.")
    ledger_sequence: int = Field(description="The entry of the ledger up to which the decision knew it.")
    command_id: str
    correlation_id: str = Field(description="X-Correlation-Id of the request that caused it.")
    facts: dict[str, Any] = Field(description="What else it says.", examples=[{"carrier": "DHL"}])


class EntitlementView(View):
    """Whether a company gets replacements in advance, and what it owes for those that it got."""

    company: str
    entitled: bool
    threshold: int | None = Field(description="Devices that it may owe at once.")
    reference: str | None = Field(description="The contract, or what ended it. For the vendor's staff.")
    reason: str | None = Field(description="Why it was ended. For the vendor's staff.")
    sequence: int | None = Field(description="The entry that granted or withdrew it last.")
    owed: list[SummaryView] = Field(description="The cases for which it owes a device, the first due first.")


class MessageView(View):
    """A message in a case; its text is null once staff has erased it."""

    number: int
    account: str
    company: str
    written: datetime
    text: str | None
    erased: datetime | None


class AttachmentView(View):
    """A file in a case; its name is null once staff has erased it, and its bytes are gone."""

    number: int
    account: str
    company: str
    written: datetime
    file_name: str | None
    media_type: str = Field(description="As its content tells.")
    size: int = Field(description="Bytes that a download has.")
    sha256: str
    erased: datetime | None
