"""The laws of replacements: another device takes the place of a broken one, once, with all that stands on it.

A dead device signs no document, so nothing but these laws keeps a wrong writer from making a second device of one:
what the replacement gets is what the former one loses, to the last license, and the former one
comes back as a blank device only, by a document of its own. `prove_return` checks that document.
"""

from contracts.accounts import device_account
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.log.postings import postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.accounts import move
from signer.domain.verification.catalog import units_of
from signer.domain.verification.companies import require_project
from signer.domain.verification.devices import arrive, life_of, live_on, require_licenses
from signer.domain.verification.legacy import free_legacy_licenses
from signer.domain.verification.state import Changed, VerifiedLedger
from signer.domain.verification.test_licenses import inherit_test
from signer.domain.verification.warranty import inherit_warranty


def device_replaced(ledger: VerifiedLedger, event: DeviceReplaced) -> Changed:
    """Changes the new device, which has the licenses, and the former one, which has none and is in no project."""
    _use_up(ledger, event.rma)
    _end_former(ledger, event)
    if event.device.project != event.former.project:
        raise LawBrokenError("device_project_wrong", f"device {event.device.serial} came into another project")
    return *arrive(ledger, event.device), event.former


def device_recommissioned(ledger: VerifiedLedger, event: DeviceRecommissioned) -> Changed:
    """The generation that the replacement began comes to life, with nothing, and in no project."""
    device = event.device
    before = ledger.replaced_devices.pop(device.serial, None)
    if before is None:
        raise LawBrokenError("not_replaced", f"device {device.serial} was not replaced, or is back already")
    if ledger.projects.get(before.project) != event.company:
        raise LawBrokenError("company_wrong", f"project {before.project} is not of company {event.company}")
    if event.spent_generation != before.generation - 1:
        raise LawBrokenError("device_generation_wrong", f"generation {event.spent_generation} was not the last one")
    live_on(ledger, device, before.next_issue())
    require_licenses(ledger, device)
    ledger.released_devices[device.serial] = ledger.devices.pop(device.serial)
    return (device,)


def _use_up(ledger: VerifiedLedger, rma: str) -> None:
    if rma in ledger.rmas:
        raise LawBrokenError("rma_twice", f"{rma} has replaced a device before")
    ledger.rmas.add(rma)


def _end_former(ledger: VerifiedLedger, event: DeviceReplaced) -> None:
    """The former device's next generation is its last: in no project, and with nothing."""
    former, device = event.former, event.device
    before = life_of(ledger, former.serial)
    require_project(ledger, before.project, event.company)
    _require_total(ledger, event)
    _require_blank(ledger, device.serial)
    live_on(ledger, former, before.next_generation())
    inherit_test(ledger, event)
    inherit_warranty(ledger, former.serial, device.serial)
    free_legacy_licenses(ledger, former.serial, before.project)
    _inherit_contact(ledger, former.serial, device.serial)
    move(ledger, postings(event))
    require_licenses(ledger, former)
    ledger.replaced_devices[former.serial] = ledger.devices.pop(former.serial)


def _inherit_contact(ledger: VerifiedLedger, former: str, device: str) -> None:
    """What was delivered to the former device binds on the new one; its offer ends, and that it was in contact."""
    ledger.delivered_licenses[device] = ledger.delivered_licenses.pop(former, {})
    ledger.device_offers.pop(former, None)
    ledger.devices_in_contact.discard(former)


def _require_blank(ledger: VerifiedLedger, serial: str) -> None:
    account = device_account(serial)
    if ledger.balance(account) or ledger.legacy(account):
        raise LawBrokenError("replacement_not_blank", f"device {serial} has licenses of its own")


def _require_total(ledger: VerifiedLedger, event: DeviceReplaced) -> None:
    """All licenses of the former device go along, of every class, and no others."""
    if units_of(ledger, event.lots) != ledger.balance(device_account(event.former.serial)):
        raise LawBrokenError(
            "replacement_not_total", f"what device {event.former.serial} hands on is not all that it has"
        )
