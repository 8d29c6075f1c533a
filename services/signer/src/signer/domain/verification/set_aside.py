"""The laws of entries that are set aside: what one person proposed, exactly that, and approved by another person."""

from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.log.set_aside import wrong
from signer.domain.laws import LawBrokenError
from signer.domain.verification.state import VerifiedLedger


def setting_aside_proposed(ledger: VerifiedLedger, event: SettingAsideProposed) -> None:
    """One person asked; nothing changes yet."""
    if event.decision in ledger.set_asides:
        raise LawBrokenError("set_aside_wrong", f"decision {event.decision} was proposed before")
    ledger.set_asides[event.decision] = event


def entries_set_aside(ledger: VerifiedLedger, event: EntriesSetAside) -> None:
    """Another one approved. That the entries are not lawful is a matter of the reading."""
    if why := wrong(event, ledger.set_asides.get(event.decision)):
        raise LawBrokenError("set_aside_wrong", why)
    ledger.set_asides[event.decision] = None
