"""Entries set aside, which one clerk proposes and a second one approves."""

from contracts.commands.set_aside import ApproveSettingAside, ProposeSettingAside
from contracts.identifiers import derived_id
from contracts.set_aside import NamedEntry
from tests.support.ledger.story import REASON, REFERENCE

DECISION = derived_id("d", "set-aside")
HASH = "ab" * 32


def propose(*entries: tuple[int, str], law: str = "account_negative", decision: str = DECISION) -> ProposeSettingAside:
    return ProposeSettingAside(
        decision=decision,
        entries=tuple(NamedEntry(sequence=sequence, entry_hash=value) for sequence, value in entries or ((1, HASH),)),
        law=law,
        reason=REASON,
        reference=REFERENCE,
    )


def approve(decision: str = DECISION) -> ApproveSettingAside:
    return ApproveSettingAside(decision=decision)
