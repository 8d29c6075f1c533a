"""What has happened to RMA cases. Each event of a case says in which state the case is now.

`ledger_sequence` is the entry of the ledger up to which the decision knew it: rights, dates of delivery, blocks.
"""

from typing import ClassVar, get_args

from contracts.dates import Day
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.identifiers import CompanyId, ProjectId, RmaId, Sequence, Serial
from contracts.models import WireModel
from contracts.rma.cases import (
    Carrier,
    Cents,
    Coverage,
    Currency,
    DaysLeft,
    OverdueOn,
    ReasonDigest,
    ReferenceDigest,
    RefusalCode,
    State,
    Step,
    Threshold,
    TrackingNumber,
)


class CaseEvent(WireModel):
    """A step of one case; `company` is whose device it was when the case was filed."""

    step: ClassVar[Step]
    rma: RmaId
    company: CompanyId
    ledger_sequence: Sequence
    state: State

    @property
    def subject(self) -> str:
        return f"rmas/{self.rma}"


class CaseFiled(CaseEvent):
    """A broken device was reported and may be sent in under this number.

    `coverage` says who pays, as the dates of the ledger said at `ledger_sequence`. An end customer never reads it.
    What people said of themselves and of the defect is kept elsewhere, and can be erased.
    """

    type: ClassVar[str] = "licensing.rma.case-filed.v1"
    step = "file"
    project: ProjectId
    serial: Serial
    coverage: Coverage
    reference: ReferenceDigest | None = None


class CaseCancelled(CaseEvent):
    """The case was given up before the device arrived."""

    type: ClassVar[str] = "licensing.rma.case-cancelled.v1"
    step = "cancel"


class DeviceReceived(CaseEvent):
    """The broken device arrived. Where it was owed, that debt is settled and the case closed."""

    type: ClassVar[str] = "licensing.rma.device-received.v1"
    step = "receive"
    serial: Serial
    settles_debt: bool = False


class RepairQuoted(CaseEvent):
    """The requester was offered a repair at a price; the offer stands to the end of `valid_until`."""

    type: ClassVar[str] = "licensing.rma.repair-quoted.v1"
    step = "quote"
    cents: Cents
    currency: Currency
    valid_until: Day


class QuoteAccepted(CaseEvent):
    """The requester consented to the quote that entry `quote` holds."""

    type: ClassVar[str] = "licensing.rma.quote-accepted.v1"
    step = "accept"
    quote: Sequence


class QuoteDeclined(CaseEvent):
    """The requester declined the quote that entry `quote` holds; the device goes back as it is."""

    type: ClassVar[str] = "licensing.rma.quote-declined.v1"
    step = "decline"
    quote: Sequence


class DeviceRepaired(CaseEvent):
    """The device was repaired; it keeps its serial and all that is on it."""

    type: ClassVar[str] = "licensing.rma.device-repaired.v1"
    step = "repair"
    finding: ReasonDigest


class DeviceUnrepairable(CaseEvent):
    """The device can't be repaired and goes back as it is."""

    type: ClassVar[str] = "licensing.rma.device-unrepairable.v1"
    step = "unrepairable"
    finding: ReasonDigest


class ReplacementOrdered(CaseEvent):
    """Another device was chosen for one that has arrived; the ledger was asked to move what stands on it."""

    type: ClassVar[str] = "licensing.rma.replacement-ordered.v1"
    step = "replace"
    project: ProjectId
    serial: Serial
    replacement: Serial
    finding: ReasonDigest
    other_model: bool = False


class AdvanceReplacementOrdered(CaseEvent):
    """Another device goes out before the broken one has arrived, once the ledger has moved what stands on it."""

    type: ClassVar[str] = "licensing.rma.advance-replacement-ordered.v1"
    step = "send_in_advance"
    project: ProjectId
    serial: Serial
    replacement: Serial
    reason: ReasonDigest
    carrier: Carrier
    tracking_number: TrackingNumber
    other_model: bool = False


class DeviceSwapped(CaseEvent):
    """The ledger's entry `swap_sequence` moved all that stood on `serial` to its replacement.

    Where the broken device has not arrived, it is owed: `overdue_on` is the first day on which it is overdue. `direct`
    says that staff commanded the swap in the ledger itself.
    """

    type: ClassVar[str] = "licensing.rma.device-swapped.v1"
    step = "swapped"
    serial: Serial
    replacement: Serial
    swap_sequence: Sequence
    direct: bool = False
    overdue_on: OverdueOn | None = None


class SwapRefused(CaseEvent):
    """The ledger did not replace the device; `code` is its reason. Nothing has moved."""

    type: ClassVar[str] = "licensing.rma.swap-refused.v1"
    step = "swap_refused"
    replacement: Serial
    code: RefusalCode


class DeviceShipped(CaseEvent):
    """The device, or its replacement, was sent to the requester."""

    type: ClassVar[str] = "licensing.rma.device-shipped.v1"
    step = "ship"
    serial: Serial
    carrier: Carrier
    tracking_number: TrackingNumber


class ReturnReminded(CaseEvent):
    """A device that is owed had so many days left to come back, or fewer."""

    type: ClassVar[str] = "licensing.rma.return-reminded.v1"
    step = "remind"
    serial: Serial
    days: DaysLeft
    overdue_on: OverdueOn


class ReturnOverdue(CaseEvent):
    """A device that is owed did not come back in time. The licenses stay on its replacement."""

    type: ClassVar[str] = "licensing.rma.return-overdue.v1"
    step = "overdue"
    serial: Serial
    overdue_on: OverdueOn


class DebtCharged(CaseEvent):
    """The company was charged for a device that did not come back, and owes it no longer."""

    type: ClassVar[str] = "licensing.rma.debt-charged.v1"
    step = "charge"
    serial: Serial
    invoice: ReferenceDigest


class CaseClosed(CaseEvent):
    """The case came to its end after shipping."""

    type: ClassVar[str] = "licensing.rma.case-closed.v1"
    step = "close"


class CaseReopened(CaseEvent):
    """A case that had ended was taken up again where it stood before; a device that was owed then is owed again."""

    type: ClassVar[str] = "licensing.rma.case-reopened.v1"
    step = "reopen"
    reason: ReasonDigest


class EntitlementEvent(WireModel):
    """What a company is entitled to."""

    company: CompanyId
    ledger_sequence: Sequence
    reference: ReferenceDigest

    @property
    def subject(self) -> str:
        return f"companies/{self.company}"


class AdvanceReplacementGranted(EntitlementEvent):
    """A company gets replacements in advance from here on, as long as it owes fewer devices than `threshold`."""

    type: ClassVar[str] = "licensing.rma.advance-replacement-granted.v1"
    threshold: Threshold


class AdvanceReplacementWithdrawn(EntitlementEvent):
    """A company gets no more replacements in advance; what it owes stays owed."""

    type: ClassVar[str] = "licensing.rma.advance-replacement-withdrawn.v1"
    reason: ReasonDigest


class CaseSettingAsideProposed(SettingAsideProposed):
    """One of the staff asked that entries of cases do not count. They still do. `company` is the vendor."""

    type: ClassVar[str] = "licensing.rma.setting-aside-proposed.v1"
    ledger_sequence: Sequence
    reason: ReasonDigest
    reference: ReferenceDigest


class CaseEntriesSetAside(EntriesSetAside):
    """Another one of the staff approved: every reader of cases goes on as if these entries had no content."""

    type: ClassVar[str] = "licensing.rma.entries-set-aside.v1"
    ledger_sequence: Sequence


StepEvent = (
    CaseCancelled
    | DeviceReceived
    | RepairQuoted
    | QuoteAccepted
    | QuoteDeclined
    | DeviceRepaired
    | DeviceUnrepairable
    | ReplacementOrdered
    | AdvanceReplacementOrdered
    | DeviceSwapped
    | SwapRefused
    | DeviceShipped
    | ReturnReminded
    | ReturnOverdue
    | DebtCharged
    | CaseClosed
    | CaseReopened
)
GrantEvent = AdvanceReplacementGranted | AdvanceReplacementWithdrawn
SetAsideCaseEvent = CaseSettingAsideProposed | CaseEntriesSetAside
RmaEvent = CaseFiled | StepEvent | GrantEvent | SetAsideCaseEvent

EVENT_TYPES: dict[str, type[RmaEvent]] = {model.type: model for model in get_args(RmaEvent)}
"""Every event type that may stand on the log of cases, by its wire name."""
