"""The signer's own view of what staff does: blocks, corrections by two persons, and old licenses.

It believes the writer nothing: a correction needs a proposal and a second person, a conversion needs the old licenses
that it ends, and a device with old ones gives back only after somebody's consent.
"""

from collections.abc import Iterable

from contracts.events.company_imports import CompanyImported
from contracts.events.corrections import (
    CorrectionApplied,
    CorrectionProposed,
    CorrectionRejected,
    DeliveryCorrected,
    DeliveryCorrectionProposed,
)
from contracts.events.legacy import LegacyConsentGiven, LegacyLicensesConverted, LegacyLicensesImported
from contracts.events.legacy_keys import LegacyKeysRegistered
from contracts.legacy import LegacyLot, ListedKey, convert, units_of
from contracts.log.postings import device_account, project_account
from signer.domain.laws import LawBrokenError


class StaffBooks:
    """Corrections that wait, and old licenses by account."""

    __slots__ = ("_consents", "_corrections", "_keys", "_legacy", "_listed")

    def __init__(self) -> None:
        self._corrections: dict[str, CorrectionProposed | DeliveryCorrectionProposed | None] = {}  # None once closed
        self._legacy: dict[str, dict[str, int]] = {}
        self._keys: set[str] = set()
        self._listed: dict[str, ListedKey] = {}
        self._consents: set[str] = set()

    def legacy(self, account: str) -> dict[str, int]:
        """Old licenses by name."""
        return self._legacy.get(account, {})

    def proposed(self, event: CorrectionProposed | DeliveryCorrectionProposed) -> None:
        if event.correction in self._corrections:
            raise LawBrokenError("correction_twice", f"correction {event.correction} was proposed before")
        self._corrections[event.correction] = event

    def applied(self, event: CorrectionApplied) -> None:
        """Exactly what was proposed, and by another person."""
        waiting = self._approved(event)
        if not isinstance(waiting, CorrectionProposed):
            raise _changed(event)
        told = (event.company, event.source, event.target, event.lots)
        if told != (waiting.company, waiting.source, waiting.target, waiting.lots):
            raise _changed(event)

    def delivery_corrected(self, event: DeliveryCorrected) -> None:
        """Likewise."""
        waiting = self._approved(event)
        if not isinstance(waiting, DeliveryCorrectionProposed):
            raise _changed(event)
        told = (event.company, event.serial, event.model, event.delivered_on)
        if told != (waiting.company, waiting.serial, waiting.model, waiting.delivered_on):
            raise _changed(event)

    def rejected(self, event: CorrectionRejected) -> None:
        self._close(event.correction)

    def taken_over(self, event: CompanyImported) -> None:
        """What was proposed for a company, or stands on the old manager's list as its own, is the other one's now."""
        for correction, waiting in self._corrections.items():
            if isinstance(waiting, CorrectionProposed) and waiting.company == event.former_company:
                self._corrections[correction] = waiting.model_copy(update={"company": event.company})
        for digest, key in self._listed.items():
            if key.company == event.former_company:
                self._listed[digest] = key.model_copy(update={"company": event.company})

    def listed(self, event: LegacyKeysRegistered) -> None:
        """A key comes onto the old manager's list once, and before it is imported."""
        for key in event.keys:
            if key.key_digest in self._keys or key.key_digest in self._listed:
                raise LawBrokenError("legacy_key_twice", "this key of the old manager was known before")
            self._listed[key.key_digest] = key

    def imported(self, event: LegacyLicensesImported) -> None:
        if event.key_digest is not None and event.key_digest in self._keys:
            raise LawBrokenError("legacy_key_twice", "this key of the old manager was imported before")
        if event.key_digest is not None:
            self._require_listed(event, event.key_digest)
            self._keys.add(event.key_digest)
        account = device_account(event.serial) if event.serial else project_account(event.project)
        self._add(account, event.licenses)

    def consented(self, event: LegacyConsentGiven) -> None:
        self._consents.add(event.serial)

    def converted(self, event: LegacyLicensesConverted) -> None:
        """All free old licenses of the project end, and the new ones are those that the table says."""
        old = self._legacy.pop(project_account(event.project), {})
        if not old or units_of(event.licenses) != old:
            raise LawBrokenError("legacy_licenses_wrong", "the converted licenses are not the project's old ones")
        if convert(old) != {lot.license_type: lot.count for lot in event.lots}:
            raise LawBrokenError("conversion_wrong", "the new licenses are not those that the old ones become")

    def returned(self, serial: str, project: str) -> None:
        """Old licenses of a device that gave back, or was replaced, are free in its project; that needs consent."""
        freed = self._legacy.pop(device_account(serial), None)
        if freed is None:
            return
        if serial not in self._consents:
            raise LawBrokenError("legacy_consent_missing", f"nobody consented to convert what is on device {serial}")
        account = self._legacy.setdefault(project_account(project), {})
        for name, count in freed.items():
            account[name] = account.get(name, 0) + count

    def _require_listed(self, event: LegacyLicensesImported, digest: str) -> None:
        """A key on the list is worth what stands there, and to nobody but the company that stands there."""
        listed = self._listed.pop(digest, None)
        if listed is None:
            return
        if units_of(event.licenses) != units_of(listed.licenses) or listed.company not in (None, event.company):
            raise LawBrokenError("legacy_key_wrong", "this key of the old manager stands otherwise on its list")

    def _approved(
        self, event: CorrectionApplied | DeliveryCorrected
    ) -> CorrectionProposed | DeliveryCorrectionProposed:
        """What was proposed, closed by a second person."""
        waiting = self._close(event.correction)
        if event.approved_by == waiting.proposed_by or event.proposed_by != waiting.proposed_by:
            raise LawBrokenError("correction_alone", f"correction {event.correction} has no second person")
        return waiting

    def _close(self, correction: str) -> CorrectionProposed | DeliveryCorrectionProposed:
        waiting = self._corrections.get(correction)
        if waiting is None:
            raise LawBrokenError("correction_unknown", f"correction {correction} waits for nobody")
        self._corrections[correction] = None
        return waiting

    def _add(self, account: str, lots: Iterable[LegacyLot]) -> None:
        held = self._legacy.setdefault(account, {})
        for name, count in units_of(lots).items():
            held[name] = held.get(name, 0) + count


def _changed(event: CorrectionApplied | DeliveryCorrected) -> LawBrokenError:
    return LawBrokenError("correction_changed", f"correction {event.correction} is not what was proposed")
