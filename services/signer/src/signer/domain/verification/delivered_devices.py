"""The laws of delivered devices: each is delivered once, and its warranty begins there."""

from contracts.events.delivered_devices import DevicesRegistered
from signer.domain.laws import LawBrokenError
from signer.domain.verification.devices import require_not_replaced
from signer.domain.verification.state import VerifiedLedger, Warranty


def devices_registered(ledger: VerifiedLedger, event: DevicesRegistered) -> None:
    """The vendor delivered devices."""
    for one in event.devices:
        require_not_replaced(ledger, one.serial)
    for one in event.devices:
        if one.serial in ledger.warranties:
            raise LawBrokenError("device_delivered_once", f"device {one.serial} was delivered before")
        ledger.warranties[one.serial] = Warranty(one.delivered_on, one.warranty_months, one.warranty_months, one.model)
