"""RMA cases on the running stack, as the story and the tour tell them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from contracts.dates import civil_day
from dev.stack.error import StackError
from licensing_client.cases_api import AddressBody, CaseView
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer
from simulator.partner import CaseClient, Refused

T = TypeVar("T")

SWAP_SECONDS = 20.0
KNOWN_SECONDS = 20.0
"""How long RMA may take to read of a device that the ledger has."""
LOOK_SECONDS = 0.1
ADDRESS: AddressBody = {
    "name": "Hotel Adria",
    "lines": ["Umberto-Nobile-Str. 15"],
    "postal_code": "71063",
    "city": "Sindelfingen",
    "country": "DE",
}
CARRIER, TRACKING_NUMBER = "DHL", "00340434161094042557"
_NOT_KNOWN_YET = {"device_unknown", "rma_unknown"}


class Cases:
    """The partner who files cases, and the clerk who works them."""

    def __init__(self, address: str, issuer: Issuer) -> None:
        self.partner = CaseClient(address, issuer, ADMINISTRATOR, PARTNER)
        self.clerk = CaseClient(address, issuer, CLERK, VENDOR)

    def close(self) -> None:
        self.partner.close()
        self.clerk.close()

    def file(self, serial: str) -> CaseView:
        """The partner reports a broken device."""
        filed = _once_known(
            lambda: self.partner.file_case(
                serial=serial,
                defect="No light, no sound.",
                administrative_contact={"name": "Anna Adria", "email": "anna@hotel-adria.example"},
                technical_contact={"name": "Mia Adria", "phone": "+49 7031 73009-1"},
                shipping_address=ADDRESS,
            )
        )
        return _once_known(lambda: self.seen(filed))

    def seen(self, step: Any) -> CaseView:
        """The case as the partner reads it after a step."""
        return self.partner.get_case(step["rma"], at_least=step["sequence"])

    def slip(self, rma: str, folder: Path) -> Path:
        """The slip for the parcel, as a file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{rma}.pdf"
        path.write_bytes(self.partner.get_slip(rma))
        return path

    def received(self, case: CaseView) -> None:
        """The device arrives; without a guarantee the clerk quotes, and the partner consents."""
        rma, until = case["rma"], civil_day(datetime.now(UTC)) + timedelta(days=30)
        self.clerk.receive_device(rma, serial=case["serial"])
        quoted = self.clerk.quote_repair(rma, cents=12_900, currency="EUR", valid_until=until.isoformat())
        quote = self.seen(quoted)["quote"]
        if quote is None:
            raise StackError(f"The story went wrong: {rma} shows no quote")
        self.partner.accept_quote(rma, quote=quote["entry"])

    def repair(self, case: CaseView) -> CaseView:
        """From the arrival of a device without a guarantee to the end of its case."""
        self.received(case)
        self.clerk.record_repair(case["rma"], finding="The power supply was broken.")
        return self.sent_back(case)

    def replaced(self, case: CaseView, replacement: str) -> CaseView:
        """The clerk takes another device for one that has arrived; the case once the ledger has swapped them."""
        self.clerk.order_replacement(case["rma"], replacement=replacement, finding="The board is burnt.")
        return self.swapped(case["rma"])

    def sent_back(self, case: CaseView) -> CaseView:
        """The device, or the one in its place, goes to the customer, and the case ends."""
        self.clerk.ship_device(case["rma"], carrier=CARRIER, tracking_number=TRACKING_NUMBER)
        return self.seen(self.clerk.close_case(case["rma"]))

    def sent_in_advance(self, case: CaseView, replacement: str) -> CaseView:
        """Another device goes out before the broken one is back; the case once the ledger has swapped them."""
        self.clerk.send_in_advance(
            case["rma"],
            replacement=replacement,
            reason="the hotel can't wait",
            carrier=CARRIER,
            tracking_number=TRACKING_NUMBER,
        )
        return self.swapped(case["rma"])

    def swapped(self, rma: str) -> CaseView:
        """The case once the ledger has moved the licenses, which nobody but the service asks for."""
        deadline = time.monotonic() + SWAP_SECONDS
        while (case := self.partner.get_case(rma))["swap_sequence"] is None:
            if time.monotonic() > deadline:
                raise StackError(f"{rma} is still {case['state']} after {SWAP_SECONDS:.0f} s.")
            time.sleep(LOOK_SECONDS)
        return case


def _once_known(ask: Callable[[], T]) -> T:
    """What is answered once RMA has read what it must know for that: it follows the ledger by itself."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            return ask()
        except Refused as refused:
            if refused.code not in _NOT_KNOWN_YET or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_SECONDS)
