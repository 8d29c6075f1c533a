"""The API's operations and what they take and give. Made from its OpenAPI description by `make generate`."""

# ruff: noqa: E501  # sentences are the API's
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from licensing_client.transport import Transport, given, segment


class AccessView(TypedDict):
    """A read of the vendor's staff."""

    number: int
    time: str
    account: str
    operation: str
    asked: dict[str, str]
    company: str | None
    project: str | None
    device: str | None
    case: str | None
    request_id: str


class AddressBody(TypedDict):
    """Where the device, or the one in its place, goes."""

    name: str
    lines: list[str]
    postal_code: str
    city: str
    country: str


class AddressView(TypedDict):
    """Where the device goes back to."""

    name: str
    lines: list[str]
    postal_code: str
    city: str
    country: str


class AttachmentView(TypedDict):
    """A file in a case; its name is null once staff has erased it, and its bytes are gone."""

    number: int
    account: str
    company: str
    written: str
    file_name: str | None
    media_type: str
    size: int
    sha256: str
    erased: str | None


class CaseResponse(TypedDict):
    """A step of a case became an entry of its log."""

    rma: str
    sequence: int


class CaseView(TypedDict):
    """A case with all that its caller may read of it."""

    rma: str
    serial: str
    project: str
    company: str
    reference: str | None
    state: Literal[
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
    answer: Literal["accepted", "quote_follows"]
    expected: (
        Literal[
            "send_device",
            "answer_quote",
            "return_device",
            "receive",
            "quote",
            "repair",
            "replace",
            "send_in_advance",
            "ship",
            "charge",
            "close",
        ]
        | None
    )
    filed: str
    since: str
    overdue_on: str | None
    owed: bool
    sequence: int
    filed_sequence: int
    coverage: NotRequired[Literal["doa", "warranty", "chargeable"] | None]
    steps: list[
        Literal[
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
    ]
    refused_steps: list[RefusedStepView]
    quote: QuoteView | None
    replacement: str | None
    swapped: bool
    swap_sequence: int | None
    shipment: ShipmentView | None
    invoice: str | None
    request: RequestView | None
    finding: NotRequired[str | None]
    swap_refusal: NotRequired[str | None]


class ContactBody(TypedDict):
    """A person to ask, by mail or by phone."""

    name: str
    email: NotRequired[str | None]
    phone: NotRequired[str | None]


class ContactView(TypedDict):
    """A person to ask."""

    name: str
    email: NotRequired[str | None]
    phone: NotRequired[str | None]


class EntitlementResponse(TypedDict):
    """A company's entitlement has changed."""

    company: str
    sequence: int


class EntitlementView(TypedDict):
    """Whether a company gets replacements in advance, and what it owes for those that it got."""

    company: str
    entitled: bool
    threshold: int | None
    reference: str | None
    reason: str | None
    sequence: int | None
    owed: list[SummaryView]


class EntryTextsView(TypedDict):
    """The texts of staff that an entry names by digest; empty for an older entry, which holds its texts itself."""

    sequence: int
    texts: list[StaffTextView]


class EntryView(TypedDict):
    """A step of a case."""

    sequence: int
    time: str
    actor: str
    event_type: str
    step: Literal[
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
    state: Literal[
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
    ledger_sequence: int
    command_id: str
    correlation_id: str
    facts: dict[str, Any]


class LogStopView(TypedDict):
    """Where the read side is stopped."""

    stopped: StoppedEntryView | None
    waiting: list[WaitingDecisionView]


class MessageView(TypedDict):
    """A message in a case; its text is null once staff has erased it."""

    number: int
    account: str
    company: str
    written: str
    text: str | None
    erased: str | None


class NamedEntryBody(TypedDict):
    sequence: int
    entry_hash: str


class NamedEntryView(TypedDict):
    """An entry by its place and the hash of its bytes."""

    sequence: int
    entry_hash: str


class AccessViewPage(TypedDict):
    items: list[AccessView]
    next: str | None


class AttachmentViewPage(TypedDict):
    items: list[AttachmentView]
    next: str | None


class EntryViewPage(TypedDict):
    items: list[EntryView]
    next: str | None


class MessageViewPage(TypedDict):
    items: list[MessageView]
    next: str | None


class SummaryViewPage(TypedDict):
    items: list[SummaryView]
    next: str | None


class QuoteView(TypedDict):
    """The newest offer to repair the device."""

    entry: int
    cents: int
    currency: str
    valid_until: str


class RefusedStepView(TypedDict):
    """A step that is the caller's to take, and why it can't be taken now."""

    step: Literal[
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
    code: str
    detail: str
    states: list[
        Literal[
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
    ]
    conditions: list[Literal["ordinary", "advance", "free", "unpaid"]]
    facts: dict[str, Any]


class RequestView(TypedDict):
    """What was said when the case was filed; nothing but when, once staff has erased it."""

    defect: NotRequired[str | None]
    administrative_contact: NotRequired[ContactView | None]
    technical_contact: NotRequired[ContactView | None]
    shipping_address: NotRequired[AddressView | None]
    erased: NotRequired[str | None]


class SettingAsideResponse(TypedDict):
    """A proposal or an approval became an entry of the log of cases."""

    decision: str
    sequence: int


class ShipmentView(TypedDict):
    """The last parcel that the vendor sent."""

    serial: str
    carrier: str
    tracking_number: str


class StaffTextView(TypedDict):
    """A text of staff, and with what its digest can be checked."""

    member: str
    digest: str
    text: str | None
    salt: str | None
    erased: str | None
    erased_by: str | None


class StoppedEntryView(TypedDict):
    """The entry that cannot be applied, and why."""

    sequence: int
    entry_hash: str
    law: str
    sentence: str


class SummaryView(TypedDict):
    """A case as lists show it."""

    rma: str
    serial: str
    project: str
    company: str
    reference: str | None
    state: Literal[
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
    answer: Literal["accepted", "quote_follows"]
    expected: (
        Literal[
            "send_device",
            "answer_quote",
            "return_device",
            "receive",
            "quote",
            "repair",
            "replace",
            "send_in_advance",
            "ship",
            "charge",
            "close",
        ]
        | None
    )
    filed: str
    since: str
    overdue_on: str | None
    owed: bool
    sequence: int
    filed_sequence: int
    coverage: NotRequired[Literal["doa", "warranty", "chargeable"] | None]


class WaitingDecisionView(TypedDict):
    """A proposal to set entries aside that waits for a second person."""

    decision: str
    entries: list[NamedEntryView]
    law: str
    reason: str
    reference: str
    proposed_by: str


class ProblemBody(TypedDict):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str]
    rule: NotRequired[str]


class CommandLine(TypedDict):
    """One command with the idempotency key that its POST would have."""

    idempotency_key: str
    command: dict[str, Any]


class CommandAnswer(TypedDict):
    """What became of a line: `answer` below status 400, else `problem`."""

    line: int
    idempotency_key: NotRequired[str]
    status: int
    answer: NotRequired[dict[str, Any]]
    problem: NotRequired[ProblemBody]


class CaseOperations(Transport):
    """One method for each operation."""

    def file_case(
        self,
        *,
        serial: str,
        defect: str,
        administrative_contact: ContactBody,
        technical_contact: ContactBody,
        shipping_address: AddressBody,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> CaseResponse:
        """Report one broken device, whose RMA number comes back. For whoever has the right `rma` in its project.

        A device has one open case. What is said of persons and of the defect is not in the log, and staff can erase it.
        """
        return cast(
            "CaseResponse",
            self.post(
                "/v1/rmas",
                given(
                    serial=serial,
                    reference=reference,
                    defect=defect,
                    administrative_contact=administrative_contact,
                    technical_contact=technical_contact,
                    shipping_address=shipping_address,
                ),
                key=idempotency_key,
            ),
        )

    def find_cases(
        self,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        rma: str | None = None,
        serial: str | None = None,
        company: str | None = None,
        project: str | None = None,
        reference: str | None = None,
        state: Literal[
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
        | None = None,
        is_open: bool | None = None,
        owed: bool | None = None,
        filed_before: str | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> SummaryViewPage:
        """Cases that the caller sees, in the order of filing: a clerk's queue, and the search in it."""
        return cast(
            "SummaryViewPage",
            self.get(
                "/v1/rmas",
                **given(
                    limit=limit,
                    at_least=at_least,
                    rma=rma,
                    serial=serial,
                    company=company,
                    project=project,
                    reference=reference,
                    state=state,
                    is_open=is_open,
                    owed=owed,
                    filed_before=filed_before,
                    order=order,
                    cursor=cursor,
                ),
            ),
        )

    def get_case(self, rma: str, *, at_least: int | None = None, as_of: str | int | None = None) -> CaseView:
        """A case: its state, what its caller is expected to do next, and what he may do."""
        return cast("CaseView", self.get(f"/v1/rmas/{segment(rma)}", **given(at_least=at_least, as_of=as_of)))

    def get_case_history(
        self, rma: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every step of the case, oldest first."""
        return cast(
            "EntryViewPage",
            self.get(f"/v1/rmas/{segment(rma)}/history", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_slip(self, rma: str, *, paper: Literal["A4", "Letter"] | None = None, at_least: int | None = None) -> bytes:
        """What to print and put into the parcel: number and serial, for people and for a scanner, and where to send it."""
        return self.get_document(f"/v1/rmas/{segment(rma)}/slip", **given(paper=paper, at_least=at_least))

    def cancel_case(self, rma: str, *, idempotency_key: str | None = None) -> CaseResponse:
        """Give the case up before the device has arrived. For the requester and the vendor's staff."""
        return cast("CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/cancel", given(), key=idempotency_key))

    def receive_device(self, rma: str, *, serial: str, idempotency_key: str | None = None) -> CaseResponse:
        """The device has arrived; `serial` is what was scanned off it. Settles what is owed. For the vendor's staff."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/receive", given(serial=serial), key=idempotency_key)
        )

    def quote_repair(
        self, rma: str, *, cents: int, currency: str, valid_until: str, idempotency_key: str | None = None
    ) -> CaseResponse:
        """Offer the repair at a price. A further quote takes the place of the last. For the vendor's staff."""
        return cast(
            "CaseResponse",
            self.post(
                f"/v1/rmas/{segment(rma)}/quote",
                given(cents=cents, currency=currency, valid_until=valid_until),
                key=idempotency_key,
            ),
        )

    def accept_quote(self, rma: str, *, quote: int, idempotency_key: str | None = None) -> CaseResponse:
        """Consent to the newest quote before it ends. For the requester."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/accept", given(quote=quote), key=idempotency_key)
        )

    def decline_quote(self, rma: str, *, quote: int, idempotency_key: str | None = None) -> CaseResponse:
        """Decline the newest quote: the device comes back as it is. For the requester."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/decline", given(quote=quote), key=idempotency_key)
        )

    def record_repair(self, rma: str, *, finding: str, idempotency_key: str | None = None) -> CaseResponse:
        """The device is repaired, and keeps its serial and all that is on it. For the vendor's staff."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/repair", given(finding=finding), key=idempotency_key)
        )

    def declare_unrepairable(self, rma: str, *, finding: str, idempotency_key: str | None = None) -> CaseResponse:
        """The device can't be repaired and goes back as it is. For the vendor's staff."""
        return cast(
            "CaseResponse",
            self.post(f"/v1/rmas/{segment(rma)}/unrepairable", given(finding=finding), key=idempotency_key),
        )

    def order_replacement(
        self,
        rma: str,
        *,
        replacement: str,
        finding: str,
        other_model: bool | None = None,
        idempotency_key: str | None = None,
    ) -> CaseResponse:
        """Put another device in the place of the one that has arrived. For the vendor's staff.

        The ledger is asked to move what stands on it, and its answer shows in the case: `replaced` or `swap_refused`.
        """
        return cast(
            "CaseResponse",
            self.post(
                f"/v1/rmas/{segment(rma)}/replace",
                given(replacement=replacement, finding=finding, other_model=other_model),
                key=idempotency_key,
            ),
        )

    def send_in_advance(
        self,
        rma: str,
        *,
        replacement: str,
        reason: str,
        carrier: str,
        tracking_number: str,
        other_model: bool | None = None,
        idempotency_key: str | None = None,
    ) -> CaseResponse:
        """Send another device before the broken one has arrived, which is owed from then on. For the vendor's staff."""
        return cast(
            "CaseResponse",
            self.post(
                f"/v1/rmas/{segment(rma)}/send-in-advance",
                given(
                    replacement=replacement,
                    reason=reason,
                    carrier=carrier,
                    tracking_number=tracking_number,
                    other_model=other_model,
                ),
                key=idempotency_key,
            ),
        )

    def ship_device(
        self, rma: str, *, carrier: str, tracking_number: str, idempotency_key: str | None = None
    ) -> CaseResponse:
        """The device, or its replacement, goes to the requester. For the vendor's staff."""
        return cast(
            "CaseResponse",
            self.post(
                f"/v1/rmas/{segment(rma)}/ship",
                given(carrier=carrier, tracking_number=tracking_number),
                key=idempotency_key,
            ),
        )

    def charge_debt(self, rma: str, *, invoice: str, idempotency_key: str | None = None) -> CaseResponse:
        """Charge for a device that did not come back in time; the company owes it no longer. For the vendor's staff."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/charge", given(invoice=invoice), key=idempotency_key)
        )

    def close_case(self, rma: str, *, idempotency_key: str | None = None) -> CaseResponse:
        """End a case whose device was shipped. For the vendor's staff."""
        return cast("CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/close", given(), key=idempotency_key))

    def reopen_case(self, rma: str, *, reason: str, idempotency_key: str | None = None) -> CaseResponse:
        """Take a case up again where it stood, within 90 days of its end; a swap stays. For the vendor's staff."""
        return cast(
            "CaseResponse", self.post(f"/v1/rmas/{segment(rma)}/reopen", given(reason=reason), key=idempotency_key)
        )

    def write_message(self, rma: str, *, text: str, idempotency_key: str | None = None) -> MessageView:
        """Say something in the case. For whoever has the right `rma` in its project, and for the vendor's staff."""
        return cast(
            "MessageView", self.post(f"/v1/rmas/{segment(rma)}/messages", given(text=text), key=idempotency_key)
        )

    def list_messages(
        self, rma: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> MessageViewPage:
        """What was said in the case, oldest first."""
        return cast(
            "MessageViewPage",
            self.get(f"/v1/rmas/{segment(rma)}/messages", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def erase_personal_data(
        self, rma: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> CaseView:
        """Erase contacts, address, defect, messages and attachments of the case for ever; again is harmless.

        The case itself stays as it is, and says when this was done. For the vendor's staff.
        """
        return cast(
            "CaseView",
            self.post(
                f"/v1/rmas/{segment(rma)}/personal-data",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def attach_file(
        self, rma: str, document: bytes, *, file_name: str, idempotency_key: str | None = None
    ) -> AttachmentView:
        """Attach the file that is the body, at most 10 MB: a picture, a text, a PDF, or an archive by ZIP or gzip.

        What it is, is told by its content. Of a picture only the picture is kept, without place, camera and comment. For
        whoever has the right `rma` in the project, and for the vendor's staff.
        """
        return cast(
            "AttachmentView",
            self.post_document(
                f"/v1/rmas/{segment(rma)}/attachments", document, given(file_name=file_name), key=idempotency_key
            ),
        )

    def list_attachments(
        self, rma: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> AttachmentViewPage:
        """The files of the case, oldest first."""
        return cast(
            "AttachmentViewPage",
            self.get(f"/v1/rmas/{segment(rma)}/attachments", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_attachment(self, rma: str, number: str, *, at_least: int | None = None) -> bytes:
        """The file itself, to be saved: a browser shows none of it in our name."""
        return self.get_document(f"/v1/rmas/{segment(rma)}/attachments/{segment(number)}", **given(at_least=at_least))

    def get_entitlement(self, company: str, *, at_least: int | None = None) -> EntitlementView:
        """Whether the company gets replacements in advance, and the devices that it owes for those that it got.

        For its administrators and for the vendor's staff.
        """
        return cast(
            "EntitlementView",
            self.get(f"/v1/companies/{segment(company)}/advance-replacement", **given(at_least=at_least)),
        )

    def grant_advance_replacement(
        self, company: str, *, reference: str, threshold: int | None = None, idempotency_key: str | None = None
    ) -> EntitlementResponse:
        """Entitle the company, as long as it owes fewer devices than the threshold. For the vendor's staff."""
        return cast(
            "EntitlementResponse",
            self.post(
                f"/v1/companies/{segment(company)}/advance-replacement",
                given(threshold=threshold, reference=reference),
                key=idempotency_key,
            ),
        )

    def withdraw_advance_replacement(
        self, company: str, *, reason: str, reference: str, idempotency_key: str | None = None
    ) -> EntitlementResponse:
        """End the company's entitlement; what it owes stays owed. For the vendor's staff."""
        return cast(
            "EntitlementResponse",
            self.post(
                f"/v1/companies/{segment(company)}/advance-replacement/withdrawal",
                given(reason=reason, reference=reference),
                key=idempotency_key,
            ),
        )

    def get_entry_texts(self, sequence: str, *, at_least: int | None = None) -> EntryTextsView:
        """Findings, reasons and references, each with salt and digest, so that anybody can check it. For the staff.

        The digest is SHA-256 of the line `licensing/staff-text/v1`, the salt and the text.
        """
        return cast("EntryTextsView", self.get(f"/v1/entries/{segment(sequence)}/texts", **given(at_least=at_least)))

    def erase_entry_texts(
        self, sequence: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> EntryTextsView:
        """Erase the texts that an entry names, for ever; again is harmless. For the vendor's staff.

        The entry stays as it is. Wherever a text was shown, `erased` stands from now on.
        """
        return cast(
            "EntryTextsView",
            self.post(
                f"/v1/entries/{segment(sequence)}/texts",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def get_stop(self) -> LogStopView:
        """Where the read side is stopped, if it is, and which decisions wait there. For the vendor's staff."""
        return cast("LogStopView", self.get("/v1/case-log/stop", **given()))

    def propose_setting_aside(
        self,
        *,
        reason: str,
        reference: str,
        entries: list[NamedEntryBody],
        law: str,
        idempotency_key: str | None = None,
    ) -> SettingAsideResponse:
        """Ask that entries do not count, by sequence, hash and law. They do until another of the staff approves it."""
        return cast(
            "SettingAsideResponse",
            self.post(
                "/v1/case-log/set-asides",
                given(reason=reason, reference=reference, entries=entries, law=law),
                key=idempotency_key,
            ),
        )

    def approve_setting_aside(self, decision: str, *, idempotency_key: str | None = None) -> SettingAsideResponse:
        """Set aside what another account of the staff proposed: every reader goes on as if those entries were empty."""
        return cast(
            "SettingAsideResponse",
            self.post(f"/v1/case-log/set-asides/{segment(decision)}/approval", given(), key=idempotency_key),
        )

    def list_accesses(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        account: str | None = None,
        company: str | None = None,
        project: str | None = None,
        device: str | None = None,
        case: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> AccessViewPage:
        """What the vendor's staff has read, newest first: all, of one account, or about one thing. For the vendor's staff.

        Each GET that told something of a case is here, this one, too; it was recorded before it was told.
        """
        return cast(
            "AccessViewPage",
            self.get(
                "/v1/accesses",
                **given(
                    cursor=cursor,
                    limit=limit,
                    account=account,
                    company=company,
                    project=project,
                    device=device,
                    case=case,
                    since=since,
                    until=until,
                ),
            ),
        )
