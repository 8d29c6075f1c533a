"""The signer's books of broken devices: another one takes the place of each, once, with all that stands on it.

A dead device signs no document, so nothing but these laws keeps a wrong writer from making a second device of one:
what the replacement gets is what the former one loses, to the last license, and the former one never comes back.
"""

from contracts.events.replacements import DeviceReplaced
from contracts.licenses import DeviceLicenses
from contracts.log.postings import device_account, postings
from signer.domain.laws import LawBrokenError
from signer.domain.verification.corrections import StaffBooks
from signer.domain.verification.device_moves import DeviceLife, MainBooks, Moves
from signer.domain.verification.warranty import Periods


class Replacements:
    """Which devices were replaced, and under which RMA. After a LawBrokenError they are of no further use."""

    __slots__ = ("_books", "_moves", "_periods", "_replaced", "_rmas", "_staff")

    def __init__(self, books: MainBooks, *, moves: Moves, periods: Periods, staff: StaffBooks) -> None:
        self._books = books
        self._moves = moves
        self._periods = periods
        self._staff = staff
        self._rmas: set[str] = set()
        self._replaced: set[str] = set()

    def post(self, event: DeviceReplaced) -> tuple[DeviceLicenses, DeviceLicenses]:
        """Enter a replacement; returns the new device with the licenses and the former one without any, proven."""
        self._use_up(event.rma)
        self._end(event)
        self._begin(event)
        return event.device, event.former

    def require_not_replaced(self, serial: str) -> None:
        """What was replaced never comes into a project again."""
        if serial in self._replaced:
            raise LawBrokenError("device_replaced", f"device {serial} was replaced by another one")

    def _end(self, event: DeviceReplaced) -> None:
        """The former device's next generation is its last: in no project, and with nothing."""
        former = event.former
        before = self._books.life(former.serial)
        self._books.require_project(before.project, event.company)
        self._require_total(event)
        self._require_blank(event.device.serial)
        self._books.live_on(former, DeviceLife(before.project, before.generation + 1, before.issue + 1))
        self._periods.inherit_test(event)
        self._periods.inherit_warranty(former.serial, event.device.serial)
        self._staff.returned(former.serial, before.project)
        self._moves.replaced(former.serial, event.device.serial)
        self._books.move(postings(event))
        self._books.require_licenses(former)
        self._books.leave(former.serial)
        self._replaced.add(former.serial)

    def _begin(self, event: DeviceReplaced) -> None:
        """The new device comes into the project of the former one, as any device that was in none."""
        device = event.device
        if device.project != event.former.project:
            raise LawBrokenError("device_project_wrong", f"device {device.serial} came into another project")
        self._books.arrive(device)

    def _use_up(self, rma: str) -> None:
        if rma in self._rmas:
            raise LawBrokenError("rma_twice", f"{rma} has replaced a device before")
        self._rmas.add(rma)

    def _require_blank(self, serial: str) -> None:
        account = device_account(serial)
        if self._books.balance(account) or self._books.legacy(account):
            raise LawBrokenError("replacement_not_blank", f"device {serial} has licenses of its own")

    def _require_total(self, event: DeviceReplaced) -> None:
        """All licenses of the former device go along, of every class, and no others."""
        if self._books.units(event.lots) != self._books.balance(device_account(event.former.serial)):
            raise LawBrokenError(
                "replacement_not_total", f"what device {event.former.serial} hands on is not all that it has"
            )
