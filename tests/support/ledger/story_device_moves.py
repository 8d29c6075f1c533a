"""Devices that change their project or their company."""

from contracts.commands.device_moves import (
    AcceptDevice,
    MoveDevice,
    OfferDevice,
    ReleaseDevice,
    TransferDevice,
    WithdrawDeviceOffer,
)
from contracts.identifiers import default_project_of
from tests.support.ledger.story import (
    BORA,
    DEFAULT,
    SERIAL,
)

BORAS = default_project_of(BORA)


def move(project: str = DEFAULT, serial: str = SERIAL) -> MoveDevice:
    return MoveDevice(serial=serial, project=project)


def release(serial: str = SERIAL) -> ReleaseDevice:
    return ReleaseDevice(serial=serial)


def offer(company: str = BORA, serial: str = SERIAL) -> OfferDevice:
    return OfferDevice(serial=serial, company=company)


def withdraw(serial: str = SERIAL) -> WithdrawDeviceOffer:
    return WithdrawDeviceOffer(serial=serial)


def accept(project: str = BORAS, serial: str = SERIAL) -> AcceptDevice:
    return AcceptDevice(serial=serial, project=project)


def staff_moves(project: str = BORAS, serial: str = SERIAL) -> TransferDevice:
    return TransferDevice(serial=serial, project=project, reason="The hotel was sold.", reference="CASE-1174")
