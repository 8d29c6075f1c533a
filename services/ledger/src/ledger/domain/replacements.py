"""A broken device is swapped for another one: all that stands on it moves, once for each RMA (rules section 6).

The broken one gets nothing any more, until staff takes it back into stock as a blank device.

No return document is needed, since a dead device can't make one; that is why only the vendor's staff may do it, or the
RMA service at its word. What a
delivered file had bound to the broken device is bound to its replacement: a swap frees nothing (rule R5).
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from immutables import Map

from contracts.actors import Actor
from contracts.commands.replacements import RecommissionDevice, ReplaceDevice, ReplacementCommand
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced, ReplacementEvent
from contracts.licenses import DeviceLicenses
from ledger.domain import legacy
from ledger.domain.cold_state import AcceptedReturn, ReplacedDevice, Swap
from ledger.domain.decisions import AlreadyDone, Decision, Rejection
from ledger.domain.devices import arriving
from ledger.domain.ordered_swaps import RMA
from ledger.domain.rights import absent, block_of, refuse_staff_only
from ledger.domain.state import NOTHING, Delivered, Device, IssuedTest, Ledger


def decide(ledger: Ledger, command: ReplacementCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family. Whether the RMA service may ask for this swap is decided before."""
    if (actor != RMA or isinstance(command, RecommissionDevice)) and (refused := refuse_staff_only(ledger, actor)):
        return refused
    match command:
        case ReplaceDevice():
            return replace_device(ledger, command, actor)
        case RecommissionDevice():
            return recommission(ledger, command)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: ReplacementEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case DeviceReplaced():
            return _swapped(ledger, event)
        case DeviceRecommissioned():
            return _recommissioned(ledger, event, at)
        case _:
            assert_never(event)


def replace_device(ledger: Ledger, command: ReplaceDevice, actor: Actor) -> DeviceReplaced | AlreadyDone | Rejection:
    """Another device takes the place of a broken one, once for each RMA."""
    done = ledger.cold.rmas.get(command.rma)
    if done is not None:
        return _again(command, done)
    if command.serial == command.replacement:
        return Rejection("same_device")
    device = ledger.devices.get(command.serial)
    if device is None:
        return absent(ledger, actor, command.serial)
    return _refuse(ledger, command, device) or _replaced(ledger, command, device)


def recommission(ledger: Ledger, command: RecommissionDevice) -> DeviceRecommissioned | Rejection:
    """A device that was replaced begins its next generation, blank, on the strength of its own signed document."""
    gone = ledger.cold.replaced.get(command.serial)
    if gone is None:
        return Rejection("not_replaced")
    if command.generation >= gone.generation:
        return Rejection("generation_unknown", {"generation": gone.generation}, (gone.sequence,))
    if command.generation < gone.generation - 1:
        return Rejection("generation_spent", {"generation": gone.generation}, (gone.sequence,))
    company = ledger.projects[gone.project].company
    blank = Device(company, gone.project, gone.generation, gone.issue + 1, NOTHING)
    return DeviceRecommissioned(
        company=company,
        reason=command.reason,
        spent_generation=command.generation,
        document_digest=command.document_digest,
        certificate_sha256=command.certificate_sha256,
        firmware=command.firmware,
        firmware_stated=command.firmware_stated,
        document=command.document,
        device=ledger.device_licenses(command.serial, blank),
    )


def _recommissioned(ledger: Ledger, event: DeviceRecommissioned, at: datetime) -> Ledger:
    """The ledger with a device in no project; its document spent its generation as that of a return does."""
    stated, cold = event.device, ledger.cold
    accepted = AcceptedReturn(event.document_digest, ledger.sequence, at, stated.project)
    returns = (*cold.replaced[stated.serial].returns, accepted)
    blank = Device(event.company, stated.project, stated.generation, stated.issue, NOTHING, returns=returns)
    return ledger._replace(
        released=ledger.released.set(stated.serial, blank),
        cold=cold._replace(replaced=cold.replaced.delete(stated.serial)),
    )


def _swapped(ledger: Ledger, event: DeviceReplaced) -> Ledger:
    """The ledger after a swap; the balance and the number of devices of the project stay."""
    former, device = event.former.serial, event.device
    broken = ledger.devices[former]
    blank = ledger.released.get(device.serial) or Device(event.company, device.project, 1, 0, NOTHING)
    here = blank.changed(device)._replace(
        company=event.company, bound=broken.bound, delivered_sequence=broken.delivered_sequence, in_contact=False
    )
    gone = ReplacedDevice(
        device.project,
        event.former.generation,
        event.former.issue,
        broken.returns,
        device.serial,
        ledger.sequence,
    )
    cold = legacy.freed(ledger, former, device.project)
    return ledger._replace(
        devices=ledger.devices.delete(former).set(device.serial, here),
        released=ledger.released.delete(device.serial) if device.serial in ledger.released else ledger.released,
        offers=ledger.offers.delete(former) if former in ledger.offers else ledger.offers,
        tests=ledger.tests.set(device.serial, IssuedTest(event.test_used, ledger.sequence))
        if event.test_used
        else ledger.tests,
        delivered=_inherited(ledger, event),
        cold=cold._replace(
            replaced=cold.replaced.set(former, gone),
            rmas=cold.rmas.set(event.rma, Swap(former, device.serial, ledger.sequence)),
        ),
    )


def _inherited(ledger: Ledger, event: DeviceReplaced) -> Map[str, Delivered]:
    """The replacement gives up its own warranty and goes on with the broken device's, neither anew nor added up.

    Staff has given it to the company, so it counts as delivered there.
    """
    known, own = ledger.delivered.get(event.former.serial), ledger.delivered.get(event.device.serial)
    if known is None:
        return ledger.delivered
    after = replace(known, model=own.model if own else known.model, delivered_to=event.company)
    return ledger.delivered.delete(event.former.serial).set(event.device.serial, after)


def _again(command: ReplaceDevice, done: Swap) -> AlreadyDone | Rejection:
    """An RMA moves licenses once; the same request gets the same answer."""
    if (command.serial, command.replacement) == (done.serial, done.replacement):
        return AlreadyDone(done.sequence)
    details: dict[str, str | int] = {"serial": done.serial, "replacement": done.replacement}
    return Rejection("licenses_already_transferred", details, (done.sequence,))


def _refuse(ledger: Ledger, command: ReplaceDevice, device: Device) -> Rejection | None:
    """Rejects a stolen device, one whose old licenses wait for a consent, and an unsuitable replacement."""
    for serial in (command.serial, command.replacement):
        block = block_of(ledger, "devices", serial)
        if block is not None:
            return Rejection("device_blocked", {"serial": serial}, (block,))
    if command.project is not None and command.project != device.project:
        return Rejection("device_not_in_project", {"project": device.project})
    if ledger.projects[device.project].archived:
        return Rejection("project_archived")
    if not _is_blank(ledger, command.replacement):
        return Rejection("replacement_not_blank")
    if refused := _refuse_model(ledger, command):
        return refused
    return legacy.refuse_return(ledger, command.serial, device.project)


def _is_blank(ledger: Ledger, serial: str) -> bool:
    """Whether the device is in no project, has no licenses on it, and was not itself replaced. A test just ends."""
    if serial in ledger.devices or serial in ledger.cold.replaced:
        return False
    known = ledger.released.get(serial)
    return known is None or not known.holdings


def _refuse_model(ledger: Ledger, command: ReplaceDevice) -> Rejection | None:
    """Rejects another family of models; the ledger knows a replacement's model if it was registered as delivered."""
    broken, blank = ledger.delivered.get(command.serial), ledger.delivered.get(command.replacement)
    if broken is None:
        return None
    if blank is None:
        return Rejection("replacement_unregistered")
    differ = ledger.models[broken.model].family != ledger.models[blank.model].family
    return Rejection("model_mismatch") if differ and not command.other_model else None


def _replaced(ledger: Ledger, command: ReplaceDevice, device: Device) -> DeviceReplaced:
    lots = ledger.lots(device.holdings)
    there = arriving(ledger, command.replacement, device.project)
    spent = device._replace(generation=device.generation + 1, issue=device.issue + 1, holdings=NOTHING, test=None)
    test = ledger.tests.get(command.serial)
    return DeviceReplaced(
        company=device.company,
        rma=command.rma,
        reason=command.reason,
        former=ledger.device_licenses(command.serial, spent),
        device=DeviceLicenses(
            serial=command.replacement,
            project=device.project,
            generation=there.generation,
            issue=there.issue,
            licenses=lots,
        ),
        lots=lots,
        test_used=test.test if test else None,
        other_model=command.other_model,
    )
