"""Returns: PBX licenses come back with the device's proof, once per generation (domain section 4)."""

from contracts.actors import Actor
from contracts.commands import ReturnCommand, ReturnLicenses
from contracts.events import LicensesReturned, ReturnEvent
from contracts.licenses import MAX_HELD
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.rights import refuse_device
from ledger.domain.state import NOTHING, AcceptedReturn, Holdings, Ledger, holdings_of, minus

RETURNABLE = frozenset({"pbx"})


def decide(ledger: Ledger, command: ReturnCommand, actor: Actor) -> Decision:
    """Answer a command of this family."""
    return return_licenses(ledger, command, actor)


def evolve(ledger: Ledger, event: ReturnEvent) -> Ledger:
    """The ledger after an event of this family."""
    device = event.device
    known = ledger.devices[device.serial]
    accepted = AcceptedReturn(event.document_digest, ledger.sequence)
    after = known.changed(device)._replace(returns=(*known.returns, accepted), bound=NOTHING)
    return ledger._replace(
        projects=ledger.credited(device.project, holdings_of(event.lots)),
        devices=ledger.devices.set(device.serial, after),
    )


def return_licenses(
    ledger: Ledger, command: ReturnLicenses, actor: Actor
) -> LicensesReturned | AlreadyDone | Rejection:
    """The ledger decides, not the document (C1): credited is every PBX license that stands on the device."""
    device = ledger.devices.get(command.serial)
    if device is None:
        return Rejection("device_unknown")
    if refused := refuse_device(ledger, actor, command.serial, device, "return"):
        return refused
    for accepted in device.returns:
        if accepted.document_digest == command.document_digest:
            return AlreadyDone(accepted.sequence)
    if command.generation < device.generation:
        return Rejection("generation_spent", {"generation": device.generation})
    if command.generation > device.generation:
        return Rejection("generation_unknown", {"generation": device.generation})
    credited = {name: n for name, n in device.holdings.items() if ledger.catalog[name] in RETURNABLE}
    if refused := _refuse_credit(ledger, device.project, credited):
        return refused
    after = device._replace(
        generation=device.generation + 1,
        issue=device.issue + 1,
        holdings=minus(device.holdings, credited),
    )
    return LicensesReturned(
        company=device.company,
        spent_generation=device.generation,
        document_digest=command.document_digest,
        certificate_sha256=command.certificate_sha256,
        firmware=command.firmware,
        counts_differ=dict(command.stated) != dict(device.holdings),
        document=command.document,
        lots=ledger.lots(credited),
        device=ledger.device_licenses(command.serial, after),
    )


def _refuse_credit(ledger: Ledger, project: str, credited: Holdings) -> Rejection | None:
    free = ledger.projects[project].free
    for name, count in credited.items():
        if free.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return None
