"""All commands that the log of RMA cases takes. What people say of themselves is in none of them (decision D9)."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from contracts.commands.record import AskedCommand
from contracts.commands.set_aside import SetAsideCommand
from contracts.dates import Day
from contracts.identifiers import CompanyId, RmaId, Sequence, Serial
from contracts.models import WireModel
from contracts.rma.cases import (
    DEFAULT_THRESHOLD,
    Carrier,
    Cents,
    Currency,
    DaysLeft,
    RefusalCode,
    Step,
    Threshold,
    TrackingNumber,
)
from contracts.texts import Reason, Reference


class FileCase(WireModel):
    """Whoever has the right `rma` reports one broken device; `reference` is the requester's own."""

    name: Literal["file-case"] = "file-case"
    serial: Serial
    reference: Reference | None = None


class CaseCommand(WireModel):
    """A step of a case that is there."""

    step: ClassVar[Step]
    rma: RmaId


class CancelCase(CaseCommand):
    """The requester or the staff gives a case up before the device has arrived."""

    step = "cancel"
    name: Literal["cancel-case"] = "cancel-case"


class ReceiveDevice(CaseCommand):
    """Staff has unpacked a device; `serial` is what was scanned off it."""

    step = "receive"
    name: Literal["receive-device"] = "receive-device"
    serial: Serial


class QuoteRepair(CaseCommand):
    """Staff says what a repair costs, and until when the offer stands. A further quote takes the place of the last."""

    step = "quote"
    name: Literal["quote-repair"] = "quote-repair"
    cents: Cents
    currency: Currency
    valid_until: Day


class AcceptQuote(CaseCommand):
    """The requester consents to the quote of this entry."""

    step = "accept"
    name: Literal["accept-quote"] = "accept-quote"
    quote: Sequence


class DeclineQuote(CaseCommand):
    """The requester does not want the repair that the quote of this entry offers."""

    step = "decline"
    name: Literal["decline-quote"] = "decline-quote"
    quote: Sequence


class RecordRepair(CaseCommand):
    """Staff has repaired the device; it keeps its serial and all that is on it."""

    step = "repair"
    name: Literal["record-repair"] = "record-repair"
    finding: Reason


class DeclareUnrepairable(CaseCommand):
    """Staff can't repair the device, and does not replace it."""

    step = "unrepairable"
    name: Literal["declare-unrepairable"] = "declare-unrepairable"
    finding: Reason


class OrderReplacement(CaseCommand):
    """Staff takes another device from stock for one that has arrived; the ledger is asked to move what stands on it."""

    step = "replace"
    name: Literal["order-replacement"] = "order-replacement"
    replacement: Serial
    finding: Reason
    other_model: bool = False


class SendInAdvance(CaseCommand):
    """Staff sends another device before the broken one has arrived, which is owed from then on."""

    step = "send_in_advance"
    name: Literal["send-in-advance"] = "send-in-advance"
    replacement: Serial
    reason: Reason
    carrier: Carrier
    tracking_number: TrackingNumber
    other_model: bool = False


class RecordSwap(CaseCommand):
    """The service has read in the ledger, as its entry `swap_sequence`, that the device was replaced."""

    step = "swapped"
    name: Literal["record-swap"] = "record-swap"
    replacement: Serial
    swap_sequence: Sequence


class RecordSwapRefusal(CaseCommand):
    """The service was told by the ledger that it does not replace the device."""

    step = "swap_refused"
    name: Literal["record-swap-refusal"] = "record-swap-refusal"
    replacement: Serial
    code: RefusalCode


class ShipDevice(CaseCommand):
    """Staff sends the device, or its replacement, to the requester."""

    step = "ship"
    name: Literal["ship-device"] = "ship-device"
    carrier: Carrier
    tracking_number: TrackingNumber


class RemindOfReturn(CaseCommand):
    """The service notes that a device is due to come back in so many days."""

    step = "remind"
    name: Literal["remind-of-return"] = "remind-of-return"
    days: DaysLeft


class MarkOverdue(CaseCommand):
    """The service notes that a device has not come back in time."""

    step = "overdue"
    name: Literal["mark-overdue"] = "mark-overdue"


class ChargeDebt(CaseCommand):
    """Staff charges for a device that has not come back; `invoice` names what was sent for it."""

    step = "charge"
    name: Literal["charge-debt"] = "charge-debt"
    invoice: Reference


class CloseCase(CaseCommand):
    """Staff, or the service some time after shipping, ends a case."""

    step = "close"
    name: Literal["close-case"] = "close-case"


class ReopenCase(CaseCommand):
    """Staff takes a case up again that has ended, where it stood before; a swap stays."""

    step = "reopen"
    name: Literal["reopen-case"] = "reopen-case"
    reason: Reason


class GrantAdvanceReplacement(WireModel):
    """Staff entitles a company to replacements in advance, by the contract that `reference` names."""

    name: Literal["grant-advance-replacement"] = "grant-advance-replacement"
    company: CompanyId
    threshold: Threshold = DEFAULT_THRESHOLD
    reference: Reference


class WithdrawAdvanceReplacement(WireModel):
    """Staff ends a company's entitlement; what it owes stays owed."""

    name: Literal["withdraw-advance-replacement"] = "withdraw-advance-replacement"
    company: CompanyId
    reason: Reason
    reference: Reference


StepCommand = (
    CancelCase
    | ReceiveDevice
    | QuoteRepair
    | AcceptQuote
    | DeclineQuote
    | RecordRepair
    | DeclareUnrepairable
    | OrderReplacement
    | SendInAdvance
    | RecordSwap
    | RecordSwapRefusal
    | ShipDevice
    | RemindOfReturn
    | MarkOverdue
    | ChargeDebt
    | CloseCase
    | ReopenCase
)
EntitlementCommand = GrantAdvanceReplacement | WithdrawAdvanceReplacement
RmaCommand = FileCase | StepCommand | EntitlementCommand | SetAsideCommand

COMMAND_TYPES: dict[str, type[RmaCommand]] = {
    model.model_fields["name"].default: model for model in get_args(RmaCommand)
}
"""Every command type, by its wire name."""


class RmaCommandRecord(AskedCommand):
    """A command to the log of RMA cases on its way: the value of a record of one of its topics of commands."""

    command: Annotated[RmaCommand, Field(discriminator="name")]
