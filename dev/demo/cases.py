"""RMA cases on the running stack, as the story and the tour tell them."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.dates import civil_day
from dev.stack.error import StackError
from licensing_client.cases_api import AddressBody, CaseView
from simulator.cast import ADMINISTRATOR, CLERK, PARTNER, VENDOR
from simulator.issuer import Issuer
from simulator.partner import CaseClient

SWAP_SECONDS = 20.0
LOOK_SECONDS = 0.1
ADDRESS: AddressBody = {
    "name": "Hotel Adria",
    "lines": ["Umberto-Nobile-Str. 15"],
    "postal_code": "71063",
    "city": "Sindelfingen",
    "country": "DE",
}


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
        filed = self.partner.file_case(
            serial=serial,
            defect="No light, no sound.",
            administrative_contact={"name": "Anna Adria", "email": "anna@hotel-adria.example"},
            technical_contact={"name": "Mia Adria", "phone": "+49 7031 73009-1"},
            shipping_address=ADDRESS,
        )
        return self.seen(filed)

    def seen(self, step: Any) -> CaseView:
        """The case as the partner reads it after a step."""
        return self.partner.get_case(step["rma"], at_least=step["sequence"])

    def slip(self, rma: str, folder: Path) -> Path:
        """The slip for the parcel, as a file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{rma}.pdf"
        path.write_bytes(self.partner.get_slip(rma))
        return path

    def repair(self, case: CaseView) -> CaseView:
        """From the arrival of a device without a guarantee to the end of its case."""
        rma, until = case["rma"], civil_day(datetime.now(UTC)) + timedelta(days=30)
        self.clerk.receive_device(rma, serial=case["serial"])
        quote = self.seen(self.clerk.quote_repair(rma, cents=12_900, currency="EUR", valid_until=until.isoformat()))[
            "quote"
        ]
        if quote is None:
            raise StackError(f"The story went wrong: {rma} shows no quote")
        self.partner.accept_quote(rma, quote=quote["entry"])
        self.clerk.record_repair(rma, finding="The power supply was broken.")
        self.clerk.ship_device(rma, carrier="DHL", tracking_number="00340434161094042557")
        return self.seen(self.clerk.close_case(rma))

    def swapped(self, rma: str) -> CaseView:
        """The case once the ledger has moved the licenses, which nobody but the service asks for."""
        deadline = time.monotonic() + SWAP_SECONDS
        while (case := self.partner.get_case(rma))["state"] != "replacement_shipped":
            if time.monotonic() > deadline:
                raise StackError(f"{rma} is still {case['state']} after {SWAP_SECONDS:.0f} s.")
            time.sleep(LOOK_SECONDS)
        return case

    def rests_on(self, rma: str) -> int:
        """The last entry of the ledger that the case knows of: that of its swap, once it is swapped."""
        return max(entry["ledger_sequence"] for entry in self.partner.get_case_history(rma)["items"])
