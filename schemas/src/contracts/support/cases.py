"""Support and presales cases as the help desk tells of them: the record values of `support.cases`.

A record holds numbers, states and opaque ids. What people wrote, the title too, never comes this way (decision D9).
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, ValidationError, model_validator

from contracts.catalog import ModelName
from contracts.identifiers import MAX_SEQUENCE, UUID_PATTERN, CompanyId, LedgerNumber, Serial
from contracts.log.envelope import schema_name
from contracts.models import WireModel
from contracts.moments import Moment

NUMBER_PATTERN = r"[A-Z0-9][A-Z0-9-]{0,30}[A-Z0-9]"
KEY_PATTERN = f"^(0|[1-9][0-9]{{0,2}})/{NUMBER_PATTERN}$"
MAX_RECORD_BYTES = 4 * 1024
"""A record has a kilobyte at most; whatever is longer says something that does not belong there."""

CaseNumber = Annotated[
    str,
    Field(
        pattern=f"^{NUMBER_PATTERN}$",
        description="The help desk's number of the case, which stays the same.",
        examples=["CAS-104211"],
    ),
]
Revision = Annotated[
    int,
    Field(ge=1, le=MAX_SEQUENCE, description="Grows with each change of the case; the highest one counts."),
]
CaseKind = Literal["support", "presales"]
OpenState = Literal["new", "open", "waiting_customer"]
CaseState = Literal["new", "open", "waiting_customer", "solved", "closed"]
ToldState = Literal["new", "open", "waiting_customer", "solved", "closed", "deleted"]
"""What the help desk may say. Nobody sees a deleted case, and its texts are erased."""


class CaseFacts(WireModel):
    """Where a case stands as of one revision, in words of a fixed list and opaque ids."""

    number: CaseNumber
    revision: Revision
    kind: CaseKind
    state: ToldState
    company: CompanyId
    opened: Moment
    changed: Moment
    serial: Serial | None = None
    product: ModelName | None = None

    @model_validator(mode="after")
    def _changed_after_it_was_opened(self) -> Self:
        if self.changed < self.opened:
            raise ValueError("a case is not changed before it is opened")
        return self


class SupportCaseChanged(CaseFacts):
    """The help desk opened, changed, handed over or closed a case of a company."""

    type: ClassVar[str] = "licensing.support.case-changed.v1"
    ledger: LedgerNumber

    @property
    def subject(self) -> str:
        return f"support-cases/{self.number}"


class NotASupportCase(ValueError):  # noqa: N818 - states the world
    """These bytes are no record of `support.cases`; the message says why, without what stood in them."""


class SupportCaseRecord(WireModel):
    """A change of a case in its CloudEvents 1.0 envelope; the help desk's system writes it."""

    specversion: Literal["1.0"]
    id: Annotated[str, Field(pattern=UUID_PATTERN)]
    source: Literal["/support"]
    type: Literal["licensing.support.case-changed.v1"]
    subject: Annotated[str, Field(max_length=60)]
    time: Moment
    datacontenttype: Literal["application/json"]
    dataschema: Annotated[str, Field(max_length=120)]
    data: SupportCaseChanged


EVENT_TYPES: dict[str, type[SupportCaseChanged]] = {SupportCaseChanged.type: SupportCaseChanged}
ENVELOPES: dict[str, type[SupportCaseRecord]] = {SupportCaseChanged.type: SupportCaseRecord}
"""Every type of `support.cases`, by its wire name."""


def key_of(case: SupportCaseChanged) -> bytes:
    """The key of its record: the newest record of each case stays."""
    return f"{case.ledger}/{case.number}".encode()


def encode(case: SupportCaseChanged, *, at: datetime) -> bytes:
    """The record value; the same revision has the same id whenever it is sent."""
    name = f"urn:{case.type}:{case.ledger}:{case.number}:{case.revision}"
    return SupportCaseRecord(
        specversion="1.0",
        id=str(uuid5(NAMESPACE_URL, name)),
        source="/support",
        type="licensing.support.case-changed.v1",
        subject=case.subject,
        time=at,
        datacontenttype="application/json",
        dataschema=schema_name(case.type),
        data=case,
    ).json_bytes()


def decode(key: bytes | None, value: bytes | None) -> SupportCaseChanged | None:
    """Read one record, or None for a tombstone, which takes a case off the topic and says nothing.

    Raises NotASupportCase.
    """
    if value is None:
        return None
    if len(value) > MAX_RECORD_BYTES:
        raise NotASupportCase(f"{len(value)} bytes; a record has at most {MAX_RECORD_BYTES}")
    try:
        case = SupportCaseRecord.from_json_bytes(value).data
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "value"
        raise NotASupportCase(f"{place}: {first['msg']}") from None
    if key != key_of(case):
        raise NotASupportCase("the key is not the ledger and the number of the case")
    return case
