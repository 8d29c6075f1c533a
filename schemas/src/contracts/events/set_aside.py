"""Entries set aside by two persons: they keep their places in the ledger, and nothing follows from them (ADR 18)."""

from typing import ClassVar

from contracts.fields import Reason, Reference
from contracts.identifiers import AccountId, CompanyId
from contracts.models import WireModel
from contracts.set_aside import DecisionId, LawName, NamedEntries


class SettingAsideProposed(WireModel):
    """One of the staff asked that entries do not count. They still do. `company` is the vendor."""

    type: ClassVar[str] = "licensing.ledger.setting-aside-proposed.v1"
    decision: DecisionId
    company: CompanyId
    entries: NamedEntries
    law: LawName
    reason: Reason
    reference: Reference
    proposed_by: AccountId

    @property
    def subject(self) -> str:
        return f"set-aside/{self.decision}"


class EntriesSetAside(WireModel):
    """Another one of the staff approved: every reader goes on as if these entries had no content."""

    type: ClassVar[str] = "licensing.ledger.entries-set-aside.v1"
    decision: DecisionId
    company: CompanyId
    entries: NamedEntries
    law: LawName
    proposed_by: AccountId
    approved_by: AccountId

    @property
    def subject(self) -> str:
        return f"set-aside/{self.decision}"


SetAsideEvent = SettingAsideProposed | EntriesSetAside
