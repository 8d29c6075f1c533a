"""The laws of blocks: a blocked device gets its next issue, with the licenses that it had."""

from contracts.events.blocks import DeviceBlocked
from signer.domain.verification.devices import change
from signer.domain.verification.state import Changed, VerifiedLedger


def device_blocked(ledger: VerifiedLedger, event: DeviceBlocked) -> Changed:
    """Staff blocked a device: every file made before is superseded."""
    return change(ledger, event.device, event.company)
