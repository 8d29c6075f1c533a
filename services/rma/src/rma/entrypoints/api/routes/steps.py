"""The steps of a case: each is a POST below it, and one entry of its log."""

from typing import Annotated

from fastapi import APIRouter, Depends

from contracts.rma.commands import (
    AcceptQuote,
    CancelCase,
    ChargeDebt,
    CloseCase,
    DeclareUnrepairable,
    DeclineQuote,
    OrderReplacement,
    QuoteRepair,
    ReceiveDevice,
    RecordRepair,
    ReopenCase,
    SendInAdvance,
    ShipDevice,
    StepCommand,
)
from rma.entrypoints.api.http.commands import CommandIdOfRequest, CommandSender, RmaOfPath, TheCommandSender
from rma.entrypoints.api.models.cases import (
    CaseResponse,
    ChargeBody,
    FindingBody,
    QuoteAnswerBody,
    QuoteBody,
    ReceiveBody,
    ReopenBody,
    ReplaceBody,
    SendInAdvanceBody,
    ShipBody,
)
from runtime.web.path_values import serial_of

router = APIRouter(prefix="/v1/rmas/{rma}", tags=["steps"])


class Step:
    """One step of the case that the path names."""

    def __init__(self, rma: str, sender: CommandSender, command_id: str) -> None:
        self.rma = rma
        self._sender = sender
        self._command_id = command_id

    async def take(self, command: StepCommand) -> CaseResponse:
        """The entry of the step; raises Refused with what would be right instead."""
        return CaseResponse(rma=self.rma, sequence=await self._sender.send(command, self._command_id))


async def _step(rma: RmaOfPath, sender: TheCommandSender, command_id: CommandIdOfRequest) -> Step:
    return Step(rma, sender, command_id)


TheStep = Annotated[Step, Depends(_step)]


@router.post("/cancel", status_code=201)
async def cancel_case(step: TheStep) -> CaseResponse:
    """Give the case up before the device has arrived. For the requester and the vendor's staff."""
    return await step.take(CancelCase(rma=step.rma))


@router.post("/receive", status_code=201)
async def receive_device(step: TheStep, body: ReceiveBody) -> CaseResponse:
    """The device has arrived; `serial` is what was scanned off it. Settles what is owed. For the vendor's staff."""
    return await step.take(ReceiveDevice(rma=step.rma, serial=serial_of(body.serial)))


@router.post("/quote", status_code=201)
async def quote_repair(step: TheStep, body: QuoteBody) -> CaseResponse:
    """Offer the repair at a price. A further quote takes the place of the last. For the vendor's staff."""
    command = QuoteRepair(rma=step.rma, cents=body.cents, currency=body.currency, valid_until=body.valid_until)
    return await step.take(command)


@router.post("/accept", status_code=201)
async def accept_quote(step: TheStep, body: QuoteAnswerBody) -> CaseResponse:
    """Consent to the newest quote before it ends. For the requester."""
    return await step.take(AcceptQuote(rma=step.rma, quote=body.quote))


@router.post("/decline", status_code=201)
async def decline_quote(step: TheStep, body: QuoteAnswerBody) -> CaseResponse:
    """Decline the newest quote: the device comes back as it is. For the requester."""
    return await step.take(DeclineQuote(rma=step.rma, quote=body.quote))


@router.post("/repair", status_code=201)
async def record_repair(step: TheStep, body: FindingBody) -> CaseResponse:
    """The device is repaired, and keeps its serial and all that is on it. For the vendor's staff."""
    return await step.take(RecordRepair(rma=step.rma, finding=body.finding))


@router.post("/unrepairable", status_code=201)
async def declare_unrepairable(step: TheStep, body: FindingBody) -> CaseResponse:
    """The device can't be repaired and goes back as it is. For the vendor's staff."""
    return await step.take(DeclareUnrepairable(rma=step.rma, finding=body.finding))


@router.post("/replace", status_code=201)
async def order_replacement(step: TheStep, body: ReplaceBody) -> CaseResponse:
    """Put another device in the place of the one that has arrived. For the vendor's staff.

    The ledger is asked to move what stands on it, and its answer shows in the case: `replaced` or `swap_refused`.
    """
    command = OrderReplacement(
        rma=step.rma,
        replacement=serial_of(body.replacement),
        finding=body.finding,
        other_model=body.other_model,
    )
    return await step.take(command)


@router.post("/send-in-advance", status_code=201)
async def send_in_advance(step: TheStep, body: SendInAdvanceBody) -> CaseResponse:
    """Send another device before the broken one has arrived, which is owed from then on. For the vendor's staff."""
    command = SendInAdvance(
        rma=step.rma,
        replacement=serial_of(body.replacement),
        reason=body.reason,
        carrier=body.carrier,
        tracking_number=body.tracking_number,
        other_model=body.other_model,
    )
    return await step.take(command)


@router.post("/ship", status_code=201)
async def ship_device(step: TheStep, body: ShipBody) -> CaseResponse:
    """The device, or its replacement, goes to the requester. For the vendor's staff."""
    return await step.take(ShipDevice(rma=step.rma, carrier=body.carrier, tracking_number=body.tracking_number))


@router.post("/charge", status_code=201)
async def charge_debt(step: TheStep, body: ChargeBody) -> CaseResponse:
    """Charge for a device that did not come back in time; the company owes it no longer. For the vendor's staff."""
    return await step.take(ChargeDebt(rma=step.rma, invoice=body.invoice))


@router.post("/close", status_code=201)
async def close_case(step: TheStep) -> CaseResponse:
    """End a case whose device was shipped. For the vendor's staff."""
    return await step.take(CloseCase(rma=step.rma))


@router.post("/reopen", status_code=201)
async def reopen_case(step: TheStep, body: ReopenBody) -> CaseResponse:
    """Take a case up again where it stood, within 90 days of its end; a swap stays. For the vendor's staff."""
    return await step.take(ReopenCase(rma=step.rma, reason=body.reason))
