"""Bodies and responses of cases and their steps."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from contracts.identifiers import MAX_SEQUENCE
from contracts.rma.cases import DEFAULT_THRESHOLD, Carrier, Cents, Currency, Threshold, TrackingNumber
from contracts.texts import Line, Paragraphs, Reason, Reference, seen
from runtime.web.bodies import Body, DayText, SerialText

FILE_NAME_PATTERN = r"^[^\x00-\x1f\x7f/\\.\s][^\x00-\x1f\x7f/\\]{0,119}$"
EMAIL_PATTERN = r"^[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,190}$"
PHONE_PATTERN = r"^[+0-9][0-9 ()/.-]{2,30}$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
POSTAL_CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 -]{0,11}$"


class ContactBody(Body):
    """A person to ask, by mail or by phone."""

    name: Line
    email: (
        Annotated[str, Field(pattern=EMAIL_PATTERN, examples=["anna@hotel-adria.example"]), AfterValidator(seen)] | None
    ) = None
    phone: Annotated[str, Field(pattern=PHONE_PATTERN, examples=["+49 7031 73009-0"])] | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("a contact has an email address or a phone number")
        return self


class AddressBody(Body):
    """Where the device, or the one in its place, goes."""

    name: Line
    lines: Annotated[list[Line], Field(min_length=1, max_length=3, examples=[["Umberto-Nobile-Str. 15"]])]
    postal_code: Annotated[str, Field(pattern=POSTAL_CODE_PATTERN, examples=["71063"])]
    city: Line
    country: Annotated[str, Field(pattern=COUNTRY_PATTERN, description="ISO 3166-1.", examples=["DE"])]


class FileCaseBody(Body):
    """One broken device. All but its serial stays out of the log, and staff can erase it."""

    serial: SerialText
    reference: Reference | None = Field(default=None, description="The requester's own.")
    defect: Paragraphs = Field(description="What is broken, and when it shows.")
    administrative_contact: ContactBody
    technical_contact: ContactBody
    shipping_address: AddressBody


class CaseResponse(BaseModel):
    """A step of a case became an entry of its log."""

    rma: str
    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")


class ReceiveBody(Body):
    serial: SerialText


class QuoteBody(Body):
    cents: Cents
    currency: Currency
    valid_until: DayText


class QuoteAnswerBody(Body):
    quote: Annotated[
        int,
        Field(ge=1, le=MAX_SEQUENCE, description="`quote.entry` of the case: what is answered is the newest quote."),
    ]


class FindingBody(Body):
    finding: Reason


class ReplaceBody(Body):
    replacement: SerialText
    finding: Reason
    other_model: bool = Field(default=False, description="Whether a device of another family is meant.")


class SendInAdvanceBody(Body):
    replacement: SerialText
    reason: Reason
    carrier: Carrier
    tracking_number: TrackingNumber
    other_model: bool = Field(default=False, description="Whether a device of another family is meant.")


class ShipBody(Body):
    carrier: Carrier
    tracking_number: TrackingNumber


class ChargeBody(Body):
    invoice: Reference


class ReopenBody(Body):
    reason: Reason


class GrantBody(Body):
    threshold: Threshold = DEFAULT_THRESHOLD
    reference: Reference


class WithdrawBody(Body):
    reason: Reason
    reference: Reference


class EntitlementResponse(BaseModel):
    """A company's entitlement has changed."""

    company: str
    sequence: int = Field(description="Its entry; queries with ?at_least= this number see it.")


class MessageBody(Body):
    text: Paragraphs
