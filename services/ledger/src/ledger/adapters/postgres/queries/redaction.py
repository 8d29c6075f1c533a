"""What a viewer may read of an entry: no account of another company, and no guarantee where rule F4 hides it."""

import json
from dataclasses import dataclass
from typing import Any

from contracts.events.warranty import WarrantyExtended
from ledger.adapters.postgres.queries.past_visibility import Past, past_of
from ledger.adapters.postgres.queries.visibility import Scope

GUARANTEE = WarrantyExtended.type
"""End customers may not learn of a device that it was in one of these entries (rule F4)."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """How a viewer reads the entries of something (`about`) that is in a company, or in several in turn."""

    past: Past
    company: str | None
    guarantee: bool
    about: str

    def of(self, row: Any) -> dict[str, Any]:
        """The row, without accounts of other companies, and without which device a guarantee was extended for."""
        said: dict[str, Any] = dict(row)
        company = said.pop("company", None) or self.company
        said.pop("place", None)
        said["actor"] = self.past.actor(said["actor"], company)
        if "facts" in said:
            whole = self.past.everything or company in self.past.companies
            said["facts"] = json.loads(said["facts"]) if whole and said["facts"] else None
        hidden = not self.guarantee and row["event_type"] == GUARANTEE
        return said | {"subject": self.about} | ({"serials": []} if "serials" in said else {}) if hidden else said


async def redaction_for(connection: Any, ledger: int, scope: Scope, company: str | None, about: str) -> Redaction:
    """The redaction of something in one company, or in none."""
    return Redaction(await past_of(connection, ledger, scope), company, scope.guarantee, about)
