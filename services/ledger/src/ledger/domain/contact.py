"""Whose a device is: a serial that somebody typed proves nothing (rule F2).

A device is a company's own once it has shown its certificate there, or once the vendor has delivered it to the company.
How many others a company has is bounded, since any serial can be typed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from immutables import Map

from contracts.events import Event
from contracts.events.claims import DeviceClaimed
from contracts.events.company_imports import CompanyImported
from contracts.events.delivered_devices import DevicesRegistered
from contracts.events.device_moves import DeviceMoved, DeviceReleased
from contracts.events.devices import DeviceAdded, LicenseFileDelivered
from contracts.events.replacements import DeviceReplaced
from ledger.domain.decisions import Rejection
from ledger.domain.state import Delivered, Device, Ledger

MAX_UNPROVEN_DEVICES = 1_000
"""Of a company. A roll-out types serials ahead of its boxes; the vendor's device numbers are sixteen million."""


def is_proven(ledger: Ledger, serial: str, device: Device) -> bool:
    """Whether a device in a project was in contact there, or was delivered to the company that has it."""
    if device.in_contact:
        return True
    delivered = ledger.delivered.get(serial)
    return delivered is not None and _is_delivered_to(ledger, delivered, device.company)


def refuse_unproven(ledger: Ledger, serial: str, device: Device) -> Rejection | None:
    """Rejects what only the owner of a device may have of it."""
    return None if is_proven(ledger, serial, device) else Rejection("contact_needed")


def refuse_another(ledger: Ledger, serial: str, company: str) -> Rejection | None:
    """Rejects one more device than a company may have without contact; one that was delivered to it does not count."""
    delivered = ledger.delivered.get(serial)
    if delivered is not None and _is_delivered_to(ledger, delivered, company):
        return None
    if ledger.cold.unproven.get(company, 0) < MAX_UNPROVEN_DEVICES:
        return None
    return Rejection("too_many_unproven_devices", {"limit": MAX_UNPROVEN_DEVICES})


def _is_delivered_to(ledger: Ledger, delivered: Delivered, company: str) -> bool:
    """Whether it was delivered to the company, or to one that this company took over."""
    receiver = delivered.delivered_to
    while receiver is not None and receiver in ledger.cold.imported:
        receiver = ledger.cold.imported[receiver].company
    return receiver == company


def counted(before: Ledger, after: Ledger, event: Event) -> Ledger:
    """The ledger after an event, with the devices without contact counted anew where the event may change that."""
    if isinstance(event, CompanyImported):
        return _imported(after, event.former_company, event.company)
    serials = _TOUCHED.get(type(event))
    if serials is None:
        return after
    unproven = before.cold.unproven
    for serial in serials(event):
        unproven = _changed(unproven, _unproven_in(before, serial), _unproven_in(after, serial))
    return after if unproven is before.cold.unproven else _with(after, unproven)


def _unproven_in(ledger: Ledger, serial: str) -> str | None:
    """The company for which this device counts."""
    device = ledger.devices.get(serial)
    return None if device is None or is_proven(ledger, serial, device) else device.company


def _changed(unproven: Map[str, int], former: str | None, company: str | None) -> Map[str, int]:
    if former == company:
        return unproven
    if former is not None:
        unproven = unproven.set(former, unproven[former] - 1)
    return unproven if company is None else unproven.set(company, unproven.get(company, 0) + 1)


def _imported(after: Ledger, former: str, company: str) -> Ledger:
    """Devices in contact or delivered stay so: what was the former company's is the other one's."""
    unproven = after.cold.unproven
    if former not in unproven:
        return after
    both = unproven[former] + unproven.get(company, 0)
    return _with(after, unproven.delete(former).set(company, both))


def _with(ledger: Ledger, unproven: Map[str, int]) -> Ledger:
    return ledger._replace(cold=ledger.cold._replace(unproven=unproven))


def _of_device(event: DeviceAdded | DeviceClaimed | DeviceMoved) -> Iterable[str]:
    return (event.device.serial,)


def _of_serial(event: LicenseFileDelivered | DeviceReleased) -> Iterable[str]:
    return (event.serial,)


def _of_swap(event: DeviceReplaced) -> Iterable[str]:
    return event.former.serial, event.device.serial


def _of_delivery(event: DevicesRegistered) -> Iterable[str]:
    return [one.serial for one in event.devices]


_TOUCHED: Mapping[type[Event], Callable[[Any], Iterable[str]]] = {
    DeviceAdded: _of_device,
    DeviceClaimed: _of_device,
    DeviceMoved: _of_device,
    DeviceReleased: _of_serial,
    DeviceReplaced: _of_swap,
    DevicesRegistered: _of_delivery,
    LicenseFileDelivered: _of_serial,
}
"""The devices that an event may bring into contact, or into or out of a company."""
