"""What the writer asks of an entry before it believes it: laws that `evolve` would break in silence.

They are at least what the projector holds an entry against, so that no reader of the ledger's own goes on where another
one stops.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyRedeemed
from contracts.events.blocks import ActivationKeyUnblocked, CompanyUnblocked, DeviceUnblocked
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionRejected,
    DeliveryCorrected,
    LinkedCorrectionsApplied,
)
from contracts.events.set_aside import EntriesSetAside, SettingAsideProposed
from contracts.licenses import DeviceLicenses
from contracts.log import accounting
from contracts.log.accounting import stated
from contracts.log.stop import EVENT_TYPE_UNKNOWN, NOT_APPLICABLE, UnlawfulEntryError
from ledger.domain import set_aside
from ledger.domain.state import NOTHING, Holdings, IssuedKey, Ledger

FIRST_ISSUE = 1
OWN_LAWS = frozenset(
    {
        "postings_unbalanced",
        "account_negative",
        "device_licenses_wrong",
        "device_issue_wrong",
        "key_redeemed_once",
        "correction_unknown",
        "not_blocked",
        "set_aside_wrong",
        NOT_APPLICABLE,
        EVENT_TYPE_UNKNOWN,
    }
)
"""The laws that the writer itself can see broken; of others it takes two persons' word."""


def require_lawful(ledger: Ledger, event: Event) -> None:
    """Raises UnlawfulEntryError for an event that cannot follow in this ledger."""
    accounting.require_lawful(event, partial(holdings, ledger))
    for device in stated(event):
        _require_next_issue(ledger, device)
    if (law := _LAWS.get(type(event))) is not None:
        law(ledger, event)


def holdings(ledger: Ledger, account: str) -> Mapping[str, int]:
    """What an account holds, by license type."""
    kind, _, name = account.partition("/")
    if kind == "project":
        project = ledger.projects.get(name)
        return NOTHING if project is None else project.free
    if kind == "device":
        return _on_device(ledger, name)
    return ledger.held.get(name, NOTHING) if kind == "held" else NOTHING


def _on_device(ledger: Ledger, serial: str) -> Holdings:
    device = ledger.devices.get(serial) or ledger.released.get(serial)
    return NOTHING if device is None else device.holdings


def _require_next_issue(ledger: Ledger, device: DeviceLicenses) -> None:
    serial = device.serial
    known = ledger.devices.get(serial) or ledger.released.get(serial) or ledger.cold.replaced.get(serial)
    issue = FIRST_ISSUE if known is None else known.issue + 1
    if device.issue != issue:
        raise UnlawfulEntryError(
            "device_issue_wrong", f"{device.serial} is stated as issue {device.issue}, not {issue}"
        )


def _require_open_key(ledger: Ledger, event: ActivationKeyRedeemed) -> None:
    if not isinstance(ledger.keys.get(event.key_digest), IssuedKey):
        raise UnlawfulEntryError("key_redeemed_once", "the key was not there to be redeemed")


def _require_proposed(
    ledger: Ledger, event: CorrectionApplied | LinkedCorrectionsApplied | CorrectionRejected | DeliveryCorrected
) -> None:
    if ledger.cold.corrections.get(event.correction) is None:
        raise UnlawfulEntryError("correction_unknown", f"correction {event.correction} waits for nobody")


def _require_blocked(ledger: Ledger, event: ActivationKeyUnblocked | DeviceUnblocked | CompanyUnblocked) -> None:
    if event.subject not in ledger.cold.blocked:
        raise UnlawfulEntryError("not_blocked", f"{event.subject} is not blocked")


_LAWS: Mapping[type[Event], Callable[[Ledger, Any], None]] = {
    ActivationKeyRedeemed: _require_open_key,
    CorrectionApplied: _require_proposed,
    LinkedCorrectionsApplied: _require_proposed,
    CorrectionRejected: _require_proposed,
    DeliveryCorrected: _require_proposed,
    ActivationKeyUnblocked: _require_blocked,
    DeviceUnblocked: _require_blocked,
    CompanyUnblocked: _require_blocked,
    SettingAsideProposed: set_aside.require_lawful,
    EntriesSetAside: set_aside.require_lawful,
}
"""What else has to hold, by the type of event."""
