"""Corrections, which one clerk proposes and a second one approves."""

from datetime import date

from contracts.actors import Account
from contracts.commands.corrections import (
    ApproveCorrection,
    ProposeCorrection,
    ProposeDeliveryCorrection,
    ProposeLinkedCorrections,
    RejectCorrection,
    WantedLine,
)
from contracts.commands.members import AddMember
from contracts.identifiers import derived_id
from tests.support.ledger.story import (
    REASON,
    REFERENCE,
    SERIAL,
    VENDOR,
    Story,
    licenses,
    staff,
)

SECOND = derived_id("w", "account")
CORRECTION = derived_id("c", "correction")

second = Account(account=SECOND, company=VENDOR)


def with_a_second_clerk(story: Story) -> Story:
    """The vendor has two accounts, as two persons are needed for a correction."""
    return story.given((staff, AddMember(company=VENDOR, account=SECOND, administrator=True)))


def propose(source: str, target: str, correction: str = CORRECTION, **counts: int) -> ProposeCorrection:
    return ProposeCorrection(
        correction=correction,
        source=source,
        target=target,
        licenses=licenses(**counts),
        reason=REASON,
        reference=REFERENCE,
    )


def line(source: str, target: str, **counts: int) -> WantedLine:
    return WantedLine(source=source, target=target, licenses=licenses(**counts))


def propose_linked(*lines: WantedLine, correction: str = CORRECTION) -> ProposeLinkedCorrections:
    return ProposeLinkedCorrections(correction=correction, lines=lines, reason=REASON, reference=REFERENCE)


def propose_delivery(
    on: str = "2026-06-01", model: str = "IP811", serial: str = SERIAL, correction: str = CORRECTION
) -> ProposeDeliveryCorrection:
    return ProposeDeliveryCorrection(
        correction=correction,
        serial=serial,
        model=model,
        delivered_on=date.fromisoformat(on),
        reason=REASON,
        reference=REFERENCE,
    )


def approve(correction: str = CORRECTION) -> ApproveCorrection:
    return ApproveCorrection(correction=correction)


def reject(correction: str = CORRECTION) -> RejectCorrection:
    return RejectCorrection(correction=correction, reason="It was right")
